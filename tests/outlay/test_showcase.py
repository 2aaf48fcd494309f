"""The demo's home: made once, made again when it was not finished, and never in a folder with somebody's own data."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typing_commands import Shell

from outlay.showcase import RECORD, NotADemoHome, made
from warehouse import Warehouse


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("chapter one", encoding="utf-8")
    with pytest.raises(NotADemoHome) as refusal:
        made(tmp_path)
    assert str(refusal.value) == f"{tmp_path} is not a demo home and not empty; name another folder with --home"


def test_a_refused_folder_keeps_what_it_has(shell: Shell) -> None:
    shell.home.mkdir()
    (shell.home / "thesis.txt").write_text("chapter one", encoding="utf-8")
    shown = shell.type("demo", "--no-serve", "--days", "1")
    assert (shown.code, [path.name for path in shell.home.iterdir()]) == (1, ["thesis.txt"])


def test_an_empty_folder_and_one_that_is_not_there_can_be_made(tmp_path: Path) -> None:
    assert (made(tmp_path), made(tmp_path / "new")) == (None, None)


def test_an_attempt_that_was_interrupted_is_made_again(shell: Shell) -> None:
    shell.home.mkdir()
    (shell.home / RECORD).write_text("null", encoding="utf-8")
    (shell.home / "warehouse.duckdb").write_text("half of one", encoding="utf-8")
    assert shell.type("demo", "--no-serve", "--days", "1").code == 0


def test_a_second_demo_shows_the_same_company(shell: Shell) -> None:
    first = shell.type("demo", "--no-serve", "--days", "1").out
    assert shell.type("demo", "--no-serve", "--days", "3").out == first


def test_a_half_made_home_that_another_process_holds_is_left_alone(shell: Shell) -> None:
    with Warehouse.open(shell.home):
        (shell.home / RECORD).write_text(json.dumps(None), encoding="utf-8")
        shown = shell.type("demo", "--no-serve", "--days", "1")
    assert shown.err == f"outlay: {shell.home} is in use by process {os.getpid()}; stop it, or name another --home\n"
