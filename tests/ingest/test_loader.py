"""The journal's entries arrive in the warehouse once, whatever is wrong with some of them."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from otlp_requests import CHAT, RECEIVED, entry, request, span
from structlog.testing import capture_logs

from ingest import Entry, Fault, Journal
from ingest.loader import Dialect, Loaded, load
from ingest.owner import Owners
from ingest.told import told
from warehouse import Appended, Batch, Transaction, Warehouse, append

NOTHING = Loaded(0, 0, 0, 0)
MARKS = "SELECT journal_day, loaded_seq FROM journal_marks ORDER BY journal_day"


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse.in_memory() as ledger:
        yield ledger


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    book = Journal(tmp_path / "journal")
    yield book
    book.close()


def sent(*numbers: int, **fields: Any) -> Entry:
    """One request with a call for each number; not yet in a journal."""
    body = request(*(span(CHAT, number=number) for number in numbers), resource={"service.name": "bot"})
    return entry(body, **{"day": None, "seq": None} | fields)


def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    return warehouse.query(sql).rows()


def test_entries_are_taken_once_and_the_mark_remembers(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(1, 2), sent(3)])
    assert [load(journal, warehouse), load(journal, warehouse)] == [Loaded(2, 3, 0, 0), NOTHING]
    assert rows(warehouse, MARKS) == [(date(2026, 10, 3), 2)]


def test_a_span_has_its_place_in_the_journal_and_its_owner(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(1, team="search")])
    load(journal, warehouse)
    told = rows(
        warehouse,
        "SELECT sender, team, journal_day, journal_seq, received_at, service, dialect, role, input_uncached FROM spans",
    )
    at = RECEIVED.replace(tzinfo=None)
    assert told == [("search", "search", date(2026, 10, 3), 1, at, "bot", "otel_genai", "call", 1125)]


def test_a_resource_is_kept_once(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(1), sent(2)])
    load(journal, warehouse)
    journal.append([sent(3)])
    load(journal, warehouse)
    assert rows(warehouse, "SELECT attributes FROM resources") == [([{"key": "service.name", "value": "bot"}],)]


def test_a_request_sent_twice_is_stored_once(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(1, 2), sent(1, 2)])
    first = load(journal, warehouse, max_entries=1)
    assert (first, load(journal, warehouse)) == (Loaded(1, 2, 0, 0), Loaded(1, 0, 2, 0))


def test_the_same_span_of_two_senders_is_two_spans(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(1, team="a"), sent(1, team="b")])
    assert load(journal, warehouse).spans == 2


def test_entries_of_several_days_are_marked_by_day(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(1), sent(2, received_at=RECEIVED + timedelta(days=1)), sent(3)])
    load(journal, warehouse)
    assert rows(warehouse, MARKS) == [(date(2026, 10, 3), 2), (date(2026, 10, 4), 1)]


def test_what_the_socket_refused_beside_good_spans_is_kept_as_faults(journal: Journal, warehouse: Warehouse) -> None:
    refused = Fault("span 01", "span 01 has output_tokens = -3; token counts cannot be negative", '{"name":"chat"}')
    journal.append([sent(1, team="a", faults=(refused,))])
    assert load(journal, warehouse) == Loaded(1, 1, 0, 1)
    assert rows(warehouse, "SELECT journal_seq, sender, culprit, sentence, record FROM faults") == [
        (1, "a", refused.culprit, refused.sentence, refused.record)
    ]


def test_an_entry_that_cannot_be_read_is_a_fault_and_stops_nobody(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(1), entry(b"\xff\xff\xff"), sent(2)])
    assert (load(journal, warehouse), load(journal, warehouse)) == (Loaded(3, 2, 0, 1), NOTHING)


@pytest.mark.parametrize("surprise", [OverflowError, pl.exceptions.PanicException])
def test_one_entry_whose_reading_fails_is_found_and_becomes_a_fault(
    surprise: type[BaseException], journal: Journal, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(entries: list[Entry], owners: Owners, spoken: tuple[Dialect, ...]) -> Any:
        if any(entry.key_id == "the one" for entry in entries):
            raise surprise("a surprise")
        return told(entries, owners, spoken)

    monkeypatch.setattr("ingest.loader.told", failing)
    journal.append([sent(number, key_id="the one" if number == 3 else None) for number in range(1, 6)])
    taken = []
    while (loaded := load(journal, warehouse)) != NOTHING:
        taken.append(loaded)
    assert sum(loaded.spans for loaded in taken) == 4
    assert [seq for (seq,) in rows(warehouse, "SELECT journal_seq FROM faults WHERE sentence LIKE '%a surprise%'")] == [
        3
    ]


def test_a_damaged_entry_is_passed_and_told(journal: Journal, warehouse: Warehouse, tmp_path: Path) -> None:
    journal.append([sent(1), sent(2), sent(3)])
    journal.close()
    with sqlite3.connect(tmp_path / "journal" / "2026-10-03.db") as file:
        file.execute("UPDATE entries SET team = 'flipped' WHERE seq = 2")
    file.close()
    taken = [load(journal, warehouse) for _ in range(4)]
    assert taken == [Loaded(1, 1, 0, 0), Loaded(0, 0, 0, 1), Loaded(1, 1, 0, 0), NOTHING]
    assert rows(warehouse, "SELECT journal_seq, culprit FROM faults") == [(2, "the journal")]


def test_a_day_that_is_damaged_whole_is_told_once_and_the_others_are_read(
    journal: Journal, warehouse: Warehouse, tmp_path: Path
) -> None:
    journal.append([sent(1, received_at=RECEIVED + timedelta(days=1))])
    (tmp_path / "journal" / "2026-10-03.db").write_bytes(b"this is no database" * 1000)
    taken = [load(journal, warehouse) for _ in range(2)]
    assert taken == [Loaded(1, 1, 0, 1), NOTHING]


def test_a_batch_holds_no_more_than_it_may(journal: Journal, warehouse: Warehouse) -> None:
    journal.append([sent(number) for number in range(1, 6)])
    by_entries = load(journal, warehouse, max_entries=2)
    by_bytes = load(journal, warehouse, max_bytes=1)
    enough = load(journal, warehouse, max_bytes=2 * len(sent(1).body))
    assert (by_entries.entries, by_bytes.entries, enough.entries) == (2, 1, 2)


def test_a_batch_holds_as_many_requests_compressed_as_plain(journal: Journal, warehouse: Warehouse) -> None:
    plain = [sent(number) for number in range(1, 9)]
    zipped = [replace(each, content_encoding="gzip", body=gzip.compress(each.body)) for each in plain]
    in_members = replace(plain[0], content_encoding="gzip", body=gzip.compress(plain[0].body) + gzip.compress(b""))
    journal.append([*zipped, in_members])
    room = 4 * len(plain[0].body)
    assert [load(journal, warehouse, max_bytes=room).entries for _ in range(4)] == [4, 4, 1, 0]


def test_killed_before_the_commit_it_takes_the_same_entries_again(
    journal: Journal, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(tx: Transaction, batch: Batch) -> Appended:
        append(tx, batch)
        raise KeyboardInterrupt

    journal.append([sent(1)])
    with monkeypatch.context() as patch:
        patch.setattr("ingest.loader.append", killed)
        with pytest.raises(KeyboardInterrupt):
            load(journal, warehouse)
    assert (rows(warehouse, "FROM journal_marks"), load(journal, warehouse)) == ([], Loaded(1, 1, 0, 0))


DAY_FILE = "2026-10-03.db"


def moved_aside(journal: Journal, folder: Path) -> Path:
    """The day's file is moved where nobody reads it; returns where."""
    journal.close()
    aside = folder / "aside"
    aside.mkdir()
    for file in (folder / "journal").iterdir():
        file.rename(aside / file.name)
    return aside


def restored(journal: Journal, copy: Path, folder: Path) -> None:
    """The day's file is the copy again."""
    journal.close()
    for file in (folder / "journal").iterdir():
        file.unlink()
    shutil.copytree(copy, folder / "journal", dirs_exist_ok=True)


def everything(journal: Journal, warehouse: Warehouse) -> Loaded:
    """What is loaded until there is nothing more to load, entry by entry."""
    loaded = NOTHING
    while (step := load(journal, warehouse, max_entries=1)) != NOTHING:
        loaded = Loaded(*(mine + its for mine, its in zip(astuple(loaded), astuple(step), strict=True)))
    return loaded


@pytest.mark.parametrize("since", [1, 3, 5], ids=["fewer entries", "as many", "more"])
def test_what_comes_after_the_file_was_moved_away_is_read(
    journal: Journal, warehouse: Warehouse, tmp_path: Path, since: int
) -> None:
    journal.append([sent(1), sent(2), sent(3)])
    everything(journal, warehouse)
    moved_aside(journal, tmp_path)
    journal.append([sent(10 + number) for number in range(since)])
    told = everything(journal, warehouse)
    assert (told.spans, told.duplicates, rows(warehouse, "SELECT count(*) FROM spans")) == (since, 0, [(3 + since,)])


@pytest.mark.parametrize("since", [0, 1, 4], ids=["nothing since", "still behind", "beyond the mark"])
def test_what_comes_after_an_older_copy_was_restored_is_read_once(
    journal: Journal, warehouse: Warehouse, tmp_path: Path, since: int
) -> None:
    journal.append([sent(1), replace(sent(2), faults=(Fault("span 9", "is odd"),))])
    journal.close()
    shutil.copytree(tmp_path / "journal", tmp_path / "copy")
    journal.append([sent(3), sent(4)])
    everything(journal, warehouse)
    restored(journal, tmp_path / "copy", tmp_path)
    journal.append([sent(10 + number) for number in range(since)])
    told = everything(journal, warehouse)
    refused = rows(warehouse, "SELECT count(*) FROM faults WHERE culprit = 'span 9'")
    assert (told.spans, told.duplicates, refused, rows(warehouse, "SELECT count(*) FROM spans")) == (
        *(since, 2, [(1,)]),
        [(4 + since,)],
    )


def test_that_a_file_is_another_than_was_read_is_said_once(
    journal: Journal, warehouse: Warehouse, tmp_path: Path
) -> None:
    journal.append([sent(1), sent(2)])
    everything(journal, warehouse)
    moved_aside(journal, tmp_path)
    with capture_logs() as logged:
        journal.append([sent(3)])
        everything(journal, warehouse)
        journal.append([sent(4)])
        everything(journal, warehouse)
    [(culprit, sentence)] = rows(warehouse, "SELECT culprit, sentence FROM faults")
    said = f"{DAY_FILE} is another than was read: 2 entries of it had been read, and it has 1"
    assert (culprit, said in sentence, [line["event"] for line in logged]) == (
        *("a file of the journal", True),
        ["journal file replaced"],
    )


def test_a_file_that_was_moved_and_put_back_is_read_on(journal: Journal, warehouse: Warehouse, tmp_path: Path) -> None:
    journal.append([sent(1), sent(2)])
    everything(journal, warehouse)
    aside = moved_aside(journal, tmp_path)
    journal.append([sent(3)])
    everything(journal, warehouse)
    restored(journal, aside, tmp_path)
    journal.append([sent(4)])
    told = everything(journal, warehouse)
    assert (told.spans, rows(warehouse, "SELECT count(*) FROM spans")) == (1, [(4,)])


def test_a_mark_of_an_earlier_version_goes_on_and_notices_a_shorter_file(
    journal: Journal, warehouse: Warehouse, tmp_path: Path
) -> None:
    journal.append([sent(1), sent(2)])
    everything(journal, warehouse)
    with warehouse.transaction() as tx:
        tx.execute("UPDATE journal_marks SET crc32 = NULL")
    journal.append([sent(3)])
    went_on = everything(journal, warehouse)
    with warehouse.transaction() as tx:
        tx.execute("UPDATE journal_marks SET crc32 = NULL")
    moved_aside(journal, tmp_path)
    journal.append([sent(4)])
    assert (went_on, everything(journal, warehouse).spans) == (Loaded(1, 1, 0, 0), 1)


def test_the_lag_counts_all_of_a_file_that_has_fewer_entries_than_were_read(
    journal: Journal, warehouse: Warehouse, tmp_path: Path
) -> None:
    journal.append([sent(1), sent(2)])
    everything(journal, warehouse)
    moved_aside(journal, tmp_path)
    journal.append([sent(3)])
    assert journal.lag({date(2026, 10, 3): 2}, datetime(2026, 10, 3, tzinfo=UTC)).entries == 1
