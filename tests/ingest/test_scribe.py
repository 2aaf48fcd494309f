"""One thread writes the journal: what waits together is kept together, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import Busy, Entry, Journal, Limits
from ingest.counters import Counters
from ingest.in_flight import InFlight
from ingest.intake import Intake
from ingest.scribe import ENTRY_BYTES, Scribe

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
PATIENCE_S = 60


def entry(body: bytes = b"body") -> Entry:
    return Entry(NOW, None, None, "traces", "application/json", "identity", body)


class SlowJournal(Journal):
    """A journal whose disk waits for a sign, and which remembers what it was given together."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go = threading.Event()
        self.reached = threading.Event()
        self.groups: list[int] = []

    def append(self, entries: Sequence[Entry]) -> None:
        self.reached.set()
        self.go.wait(PATIENCE_S)
        self.groups.append(len(entries))
        super().append(entries)


def test_what_is_kept_is_on_disk(tmp_path: Path) -> None:
    scribe = Scribe(Journal(tmp_path), Limits()).start()
    scribe.keep(entry(b"kept")).result(PATIENCE_S)
    kept = Journal(tmp_path).read({}, max_entries=9, max_bytes=999)
    scribe.close()
    assert [each.body for each in kept] == [b"kept"]


def test_what_waits_while_the_disk_is_slow_is_committed_together(tmp_path: Path) -> None:
    journal = SlowJournal(tmp_path)
    scribe = Scribe(journal, Limits()).start()
    first = scribe.keep(entry())
    journal.reached.wait(PATIENCE_S)
    others = [scribe.keep(entry()) for _ in range(20)]
    journal.go.set()
    for future in (first, *others):
        future.result(PATIENCE_S)
    scribe.close()
    assert journal.groups == [1, 20]


def test_a_commit_is_bounded(tmp_path: Path) -> None:
    journal = SlowJournal(tmp_path)
    scribe = Scribe(journal, Limits(commit_bytes=3 * (ENTRY_BYTES + 100))).start()
    scribe.keep(entry())
    journal.reached.wait(PATIENCE_S)
    others = [scribe.keep(entry(bytes(100))) for _ in range(7)] + [scribe.keep(entry(bytes(10_000)))]
    journal.go.set()
    others[-1].result(PATIENCE_S)
    scribe.close()
    assert journal.groups == [1, 3, 3, 1, 1]


def test_the_queue_is_bounded(tmp_path: Path) -> None:
    journal = SlowJournal(tmp_path)
    scribe = Scribe(journal, Limits(in_flight_bytes=2 * ENTRY_BYTES)).start()
    scribe.keep(entry())
    journal.reached.wait(PATIENCE_S)
    waiting = scribe.keep(entry())
    with pytest.raises(Busy, match="wait for the disk"):
        scribe.keep(entry())
    journal.go.set()
    scribe.close()
    assert waiting.exception(0) is None


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    journal = SlowJournal(tmp_path)
    scribe = Scribe(journal, Limits()).start()
    futures = [scribe.keep(entry()) for _ in range(9)]
    journal.go.set()
    scribe.close()
    assert [future.exception(0) for future in futures] == [None] * 9


def test_who_comes_after_closing_is_put_off(tmp_path: Path) -> None:
    scribe = Scribe(Journal(tmp_path), Limits()).start()
    scribe.close()
    with pytest.raises(Busy, match="stopping"):
        scribe.keep(entry())


def test_whoever_gives_up_waiting_takes_nobody_else_with_it(tmp_path: Path) -> None:
    journal = SlowJournal(tmp_path)
    scribe = Scribe(journal, Limits()).start()

    async def one_gives_up() -> None:
        scribe.keep(entry())
        journal.reached.wait(PATIENCE_S)
        gone, patient = [asyncio.wrap_future(scribe.keep(entry())) for _ in range(2)]
        gone.cancel()
        await asyncio.sleep(0)  # its cancelling has reached whom it waited for
        journal.go.set()
        await asyncio.wait_for(patient, PATIENCE_S)

    asyncio.run(one_gives_up())
    scribe.keep(entry()).result(PATIENCE_S)  # the thread lives
    scribe.close()
    assert journal.groups == [1, 2, 1]


def test_where_nobody_writes_nobody_is_told_that_something_is_kept(tmp_path: Path) -> None:
    intake = Intake(tmp_path, Limits(), Counters(tmp_path))  # its scribe was never started
    with pytest.raises(Busy, match="nobody writes the journal"):
        asyncio.run(intake.check())
    with pytest.raises(Busy, match="nobody writes the journal"):
        Scribe(Journal(tmp_path), Limits()).keep(entry())


ENDING = """
import sys, pathlib, test_scribe as t
class Ending(t.Journal):
    def append(self, entries):
        raise KeyboardInterrupt  # nothing that an `except Exception` would hold
t.Scribe(Ending(pathlib.Path(sys.argv[1])), t.Limits()).start().keep(t.entry()).result(t.PATIENCE_S)
"""


def test_a_process_that_can_keep_nothing_any_more_ends_and_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ENDING, str(tmp_path)]
    folder = Path(__file__).parent
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (ended.returncode, "the journal is written no more" in ended.stdout) == (1, True)


class BrokenJournal(Journal):
    """A journal that meets a mistake of ours."""

    def append(self, entries: Sequence[Entry]) -> None:
        raise ZeroDivisionError(len(entries))


def test_a_journal_that_fails_in_any_way_leaves_nobody_waiting(tmp_path: Path) -> None:
    scribe = Scribe(BrokenJournal(tmp_path), Limits()).start()
    first, second = scribe.keep(entry()).exception(PATIENCE_S), scribe.keep(entry()).exception(PATIENCE_S)
    scribe.close()
    assert (type(first), type(second)) == (Busy, Busy)


def test_requests_beyond_the_limit_are_put_off_until_others_are_answered() -> None:
    in_flight = InFlight(100)
    with in_flight.one_request() as first:
        first.at_least(80)
        with in_flight.one_request() as second, pytest.raises(Busy, match="80 bytes of requests"):
            second.at_least(30)
        first.at_least(95)
    with in_flight.one_request() as third:
        third.at_least(100)
        assert third.bytes == 100


def test_the_only_request_is_never_too_large() -> None:
    with InFlight(100).one_request() as held:
        held.at_least(1_000)
        assert held.bytes == 1_000
