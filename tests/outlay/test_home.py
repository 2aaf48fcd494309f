"""A home: who serves it is told to this machine's commands, and to nobody else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from outlay.home import Home, HomeTaken, Serving
from warehouse import Warehouse


def serving(pid: int) -> Serving:
    return Serving(pid, "http://127.0.0.1:1", "http://127.0.0.1:2", "token")


def test_a_running_server_is_found(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.announce(serving(os.getpid()))
    assert home.serving() == serving(os.getpid())


def test_only_the_owner_may_read_the_token(tmp_path: Path) -> None:
    Home(tmp_path).announce(serving(os.getpid()))
    assert stat.S_IMODE(Home(tmp_path).server_record.stat().st_mode) == 0o600


def test_the_record_of_a_killed_server_counts_as_none(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    Home(tmp_path).announce(serving(gone.pid))
    assert Home(tmp_path).serving() is None


def test_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    Home(tmp_path).server_record.write_text('{"pid": ', encoding="utf-8")
    assert Home(tmp_path).serving() is None


def test_a_later_server_keeps_its_record_when_an_earlier_one_leaves(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.announce(serving(os.getpid()))
    home.withdraw(os.getpid() + 1)
    assert home.serving() == serving(os.getpid())


def test_a_home_that_another_process_has_open_is_refused_with_its_number(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path), pytest.raises(HomeTaken) as refusal:
        Home(tmp_path).refuse_if_taken()
    assert str(refusal.value) == f"{tmp_path} is in use by process {os.getpid()}; stop it, or name another --home"


def test_a_home_that_nobody_has_open_is_free(tmp_path: Path) -> None:
    Warehouse.open(tmp_path).close()
    Home(tmp_path).refuse_if_taken()
    assert Home(tmp_path).warehouse_lock.exists()
