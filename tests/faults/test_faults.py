"""A short run of every fault: what `make faults` does a thousand times is done a few times in `make test`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fault_bodies import answered, judged
from fault_damage import journal_damaged, opened_twice, warehouse_damaged
from fault_disks import journal_full, may_mount
from fault_kills import ingest_killed, loader_killed
from fault_load import overloaded, slow_senders, unreliable_answers
from fault_losses import both_damaged, day_replaced
from fault_moments import close_killed, job_killed, migration_killed
from fault_seen import Seen, table

SEED = 20261121  # as far as a seed decides, every run is the same; `make faults` draws another each time

SHORT: dict[str, Callable[[Path], Seen]] = {
    "ingest killed": lambda folder: ingest_killed(folder, SEED, 3),
    "owner of the warehouse killed": lambda folder: loader_killed(folder, SEED, 2),
    "killed during migration": lambda folder: migration_killed(folder, SEED, 2),
    "killed during month close": lambda folder: close_killed(folder, SEED, 1),
    "answers not heard": lambda folder: unreliable_answers(folder, SEED, 2),
    "a day of the journal damaged": lambda folder: journal_damaged(folder, SEED, 2),
    "ledger and journal damaged": lambda folder: both_damaged(folder, SEED, 1),
    "a day of the journal replaced": lambda folder: day_replaced(folder, SEED, 1),
    "opened twice": opened_twice,
    "overload": lambda folder: overloaded(folder, SEED, 3, connections=32, calls=200),
    "slow senders": lambda folder: slow_senders(folder, SEED, 3),
    "bodies answered": lambda folder: answered(folder, SEED, 300),
}


@pytest.mark.parametrize("fault", SHORT)
def test_the_bar_holds(fault: str, tmp_path: Path) -> None:
    seen = SHORT[fault](tmp_path)
    assert seen.holds, f"seed {SEED}: {seen}"


def test_a_damaged_warehouse_is_never_a_smaller_number(tmp_path: Path) -> None:
    rows = warehouse_damaged(tmp_path, SEED, 1)
    assert all(row.holds for row in rows), f"seed {SEED}\n{table(rows)}"


def test_mutated_bodies_are_kept_or_refused_and_what_is_kept_is_read(tmp_path: Path) -> None:
    rows = list(judged(tmp_path, SEED, 1_500))
    assert all(row.holds for row in rows), f"seed {SEED}\n{table(rows)}"


def test_a_job_that_is_killed_is_done_once_for_each_day(tmp_path: Path) -> None:
    assert (seen := job_killed(tmp_path, SEED, 1, ("America/New_York",))).holds, f"seed {SEED}: {seen}"


def test_a_full_disk_puts_senders_off_and_loses_nothing(tmp_path: Path) -> None:
    # Where this user may not mount a disk, tests/ingest/test_ingest_faults.py does the same with a limit on files.
    assert not may_mount(tmp_path) or journal_full(tmp_path, SEED, 1).holds, f"seed {SEED}"
