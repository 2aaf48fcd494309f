"""The book of original entry: what was acknowledged is there, in order, once, whatever happens."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import journal_writer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import Busy, Entry, Fault, Journal, JournalDamaged, Lag

DAY = date(2026, 10, 1)
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
ALL = {"max_entries": 100_000, "max_bytes": 1 << 40}


def entry(body: bytes = b"body", at: datetime = NOON, faults: tuple[Fault, ...] = ()) -> Entry:
    return Entry(at, "key-1", "support", "traces", "application/json", "gzip", body, faults)


def bodies(found: Sequence[Entry]) -> list[bytes]:
    return [each.body for each in found]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal")
    yield opened
    opened.close()


def test_an_entry_comes_back_as_it_was_with_its_place(journal: Journal) -> None:
    sent = entry(b"\x00\xff", faults=(Fault("span 1", "has a ‘reason’", '{"a":1}'), Fault("x", "y")))
    journal.append([sent])
    [kept] = journal.read({}, **ALL)
    assert kept == Entry(
        NOON, "key-1", "support", "traces", "application/json", "gzip", b"\x00\xff", sent.faults, DAY, 1
    )


def test_whom_a_gateway_may_speak_for_travels_with_its_entry(journal: Journal) -> None:
    journal.append([replace(entry(), speaks_for=others) for others in (None, (), ("sales", "Süd"))])
    assert [kept.speaks_for for kept in journal.read({}, **ALL)] == [None, (), ("sales", "Süd")]


def test_a_file_that_an_earlier_version_began_is_read_and_written_on(journal: Journal, tmp_path: Path) -> None:
    journal.append([entry(b"old")])
    journal.close()
    with closing(sqlite3.connect(tmp_path / "journal" / "2026-10-01.db")) as file, file:
        file.execute("ALTER TABLE entries DROP COLUMN speaks_for")
    read_before = bodies(journal.read({}, **ALL))
    journal.append([replace(entry(b"new"), speaks_for=("sales",))])
    kept = [(each.body, each.speaks_for) for each in journal.read({}, **ALL)]
    assert (read_before, kept) == ([b"old"], [(b"old", None), (b"new", ("sales",))])


def test_an_entry_that_lost_whom_it_may_speak_for_is_damaged(journal: Journal, tmp_path: Path) -> None:
    journal.append([replace(entry(), speaks_for=("sales",))])
    with closing(sqlite3.connect(tmp_path / "journal" / "2026-10-01.db")) as file, file:
        file.execute("UPDATE entries SET speaks_for = NULL")
    with pytest.raises(JournalDamaged, match="checksum"):
        journal.read({}, **ALL)


def test_an_empty_home_has_an_empty_journal(journal: Journal) -> None:
    assert (journal.read({}, **ALL), journal.days(), journal.lag({}, NOON)) == ([], [], Lag(0, 0, 0.0))


def test_the_file_is_named_by_the_utc_date_of_receipt(journal: Journal) -> None:
    berlin = datetime.fromisoformat("2026-10-02T01:30:00+02:00")
    journal.append([entry(at=berlin), entry(at=NOON + timedelta(days=1))])
    assert [(each.day, each.seq) for each in journal.read({}, **ALL)] == [(DAY, 1), (date(2026, 10, 2), 1)]


def test_a_reader_goes_on_from_its_marks(journal: Journal) -> None:
    journal.append([entry(b"%d" % n) for n in range(5)])
    journal.append([entry(b"next", at=NOON + timedelta(days=1))])
    assert bodies(journal.read({DAY: 3}, **ALL)) == [b"3", b"4", b"next"]


@pytest.mark.parametrize(("entries", "size", "count"), [(2, 1 << 40, 2), (9, 250, 2), (9, 10, 1), (9, 300, 3)])
def test_a_reading_is_bounded_but_never_empty(journal: Journal, entries: int, size: int, count: int) -> None:
    journal.append([entry(bytes(100)) for _ in range(4)])
    assert len(journal.read({}, max_entries=entries, max_bytes=size)) == count


def test_the_lag_counts_what_stands_beyond_the_marks(journal: Journal) -> None:
    journal.append([entry(bytes(10), at=NOON + timedelta(seconds=n)) for n in range(5)])
    assert journal.lag({DAY: 3}, NOON + timedelta(seconds=60)) == Lag(2, 20, 57.0)


def test_a_day_that_was_read_to_its_end_is_read_again_when_it_grows(journal: Journal, tmp_path: Path) -> None:
    journal.append([entry(b"old")])
    quiet = NOON.timestamp() - 3600
    for path in (tmp_path / "journal").glob("2026-10-01.db*"):
        os.utime(path, (quiet, quiet))
    journal.append([entry(b"new", at=NOON + timedelta(days=1))])
    marks = {DAY: 1, date(2026, 10, 2): 1}
    before = journal.read(marks, **ALL)
    Journal(tmp_path / "journal").append([entry(b"late")])
    assert (before, bodies(journal.read(marks, **ALL))) == ([], [b"late"])


def test_retention_drops_whole_files(journal: Journal) -> None:
    journal.append([entry(at=NOON + timedelta(days=n)) for n in range(3)])
    gone = journal.drop_before(date(2026, 10, 3))
    assert (gone, journal.days()) == ([DAY, date(2026, 10, 2)], [date(2026, 10, 3)])


def test_what_is_dropped_is_gone_for_its_writer_too(journal: Journal, tmp_path: Path) -> None:
    journal.append([entry()])
    Journal(tmp_path / "journal").drop_before(date(2026, 10, 3))
    journal.append([entry(b"after")])
    assert bodies(journal.read({}, **ALL)) == [b"after"]


def test_other_files_in_the_folder_are_no_days(journal: Journal, tmp_path: Path) -> None:
    journal.append([entry()])
    for name in ("notes.txt", "2026-10.db", "2026-10-01.db.bak", ".2026-10-01.db.77"):
        (tmp_path / "journal" / name).write_text("x")
    assert journal.days() == [DAY]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_locked_file_is_busy_and_heals(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.dayfile.WAIT_FOR_TURN_S", 0.05)
    journal.append([entry(b"before")])
    journal.close()
    with (
        locked(tmp_path / "journal" / "2026-10-01.db"),
        pytest.raises(Busy, match="2026-10-01 cannot be written now"),
    ):
        journal.append([entry(b"during")])
    journal.append([entry(b"after")])
    assert bodies(journal.read({}, **ALL)) == [b"before", b"after"]


def test_an_append_is_rehearsed_without_a_trace(journal: Journal) -> None:
    journal.append([entry()])
    journal.check(NOON)
    journal.append([entry()])
    assert [each.seq for each in journal.read({}, **ALL)] == [1, 2]


def test_a_folder_that_cannot_be_written_is_busy(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")
    with pytest.raises(Busy, match="cannot be written now"):
        Journal(tmp_path / "journal").check(NOON)


def test_a_file_that_is_no_database_is_named_and_left_out(journal: Journal, tmp_path: Path) -> None:
    journal.append([entry(b"good", at=NOON + timedelta(days=1))])
    (tmp_path / "journal" / "2026-10-01.db").write_bytes(b"not a database at all" * 1000)
    with pytest.raises(JournalDamaged, match=r"2026-10-01\.db is damaged") as damaged:
        journal.read({}, **ALL)
    assert (damaged.value.day, bodies(journal.read({}, **ALL, leave_out=[DAY]))) == (DAY, [b"good"])


def test_a_flipped_bit_is_noticed_and_what_precedes_it_is_given_first(journal: Journal, tmp_path: Path) -> None:
    journal.append([entry(b"A" * 100_000), entry(b"B" * 100_000), entry(b"C" * 100_000)])
    journal.close()
    path = tmp_path / "journal" / "2026-10-01.db"
    content = bytearray(path.read_bytes())
    content[content.index(b"B" * 1000)] ^= 1
    path.write_bytes(content)
    first = journal.read({}, **ALL)
    with pytest.raises(JournalDamaged, match=r"entry 2 of the journal file 2026-10-01\.db is damaged") as damaged:
        journal.read({DAY: 1}, **ALL)
    behind = journal.read({DAY: damaged.value.seq or 0}, **ALL)
    assert ([each.seq for each in first], [each.seq for each in behind]) == ([1], [3])


@settings(max_examples=15)
@given(st.data())
def test_a_cut_file_is_damaged_or_reads_as_what_was_appended(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder))
        sent = [b"%d" % n + b"." * 5_000 for n in range(40)]
        journal.append([entry(body) for body in sent])
        journal.close()
        path = Path(folder) / "2026-10-01.db"
        whole = path.read_bytes()
        path.write_bytes(whole[: data.draw(st.integers(1, len(whole) - 1), label="bytes left")])
        try:
            kept = bodies(journal.read({}, **ALL))
        except JournalDamaged:
            kept = []
        assert kept == sent[: len(kept)]


@pytest.fixture(scope="module")
def three_processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        yield pool


@settings(max_examples=6)
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=8), min_size=3, max_size=3))
def test_whatever_three_processes_append_is_read_back_once_and_in_order(
    three_processes: Executor, plans: list[list[int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writing = [
            three_processes.submit(journal_writer.append_groups, folder, str(who), plan)
            for who, plan in enumerate(plans)
        ]
        reader, marks, read = Journal(Path(folder)), dict[date, int](), list[bytes]()
        while not all(each.done() for each in writing) or reader.lag(marks, NOON).entries:
            for each in reader.read(marks, max_entries=3, max_bytes=1 << 20):
                read.append(each.body)
                marks[DAY] = each.seq or 0
        assert [each.result() for each in writing] == [None] * 3
        of_each = [[body for body in read if body.startswith(b"%d:" % who)] for who in range(3)]
        assert of_each == [[b"%d:%d" % (who, n) for n in range(sum(plan))] for who, plan in enumerate(plans)]


def test_what_was_acknowledged_survives_kills_of_its_writers(tmp_path: Path) -> None:
    acknowledged: list[bytes] = []
    for turn in range(4):
        writers = [
            subprocess.Popen(
                [sys.executable, journal_writer.__file__, str(tmp_path), f"{turn}-{who}"], stdout=subprocess.PIPE
            )
            for who in range(2)
        ]
        for who, writer in enumerate(writers):
            assert writer.stdout is not None
            heard = [writer.stdout.readline() for _ in range(5 + 7 * turn + who)]
            writer.kill()
            with writer.stdout:
                heard += writer.stdout.readlines()
            writer.wait()
            acknowledged += [line.strip() for line in heard if line.endswith(b"\n")]
    kept = [each.body.rstrip(b".") for each in Journal(tmp_path).read({}, **ALL)]
    assert (set(acknowledged) - set(kept), len(kept) - len(set(kept))) == (set(), 0)


def test_an_entry_whose_number_is_damaged_is_passed_by_and_never_read_twice(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append([entry(b"%d" % number) for number in range(1, 6)])
    journal.close()
    [file] = tmp_path.glob("*.db")
    with closing(sqlite3.connect(file)) as damaged:
        damaged.execute("UPDATE entries SET seq = 900 WHERE seq = 3")
        damaged.commit()
    marks: dict[date, int] = {}
    seen: list[int | None] = []
    while len(seen) < 20:
        try:
            entries = journal.read(marks, max_entries=1, max_bytes=1)
        except JournalDamaged as damage:
            marks[damage.day] = damage.seq or 0
            seen.append(None)
            continue
        if not entries:
            break
        marks |= {entry.day: entry.seq for entry in entries if entry.day and entry.seq}
        seen += [entry.seq for entry in entries]
    assert seen == [1, 2, None, 4, 5]
