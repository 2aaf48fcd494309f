"""The books are counted again, and a book that lies is found out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made_once import home_after
from replayed import replayed
from typing_commands import CHAT

from outlay.books import Books, open_books
from outlay.home import Home
from outlay.keeping.verify import verify
from outlay.reading.loading import catch_up

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with open_books(Home(home_after(replayed, tmp_path, NOW, CHAT.parent, None)), NOW) as opened:
        yield opened


def broken(books: Books) -> list[str]:
    return [check.sentence for check in verify(books) if not check.passed]


def test_sound_books_pass(books: Books) -> None:
    assert broken(books) == []


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        ("DELETE FROM hours", "not so: the hours cost what their calls cost ("),
        ("DELETE FROM tasks", "not so: the tasks cost what their calls cost ("),
        ("UPDATE calls SET cost_usd = cost_usd + 1", "not so: every call costs what its charges sum to"),
        ("DELETE FROM calls", "not so: every span that tells of a billed call stands in the calls once"),
        ("DELETE FROM journal_marks", "not so: every journal entry up to the mark was read in its turn"),
        ("DELETE FROM spans", "spans that the journal holds are not in the warehouse (2026-11-21: "),
        ("DELETE FROM calls", "not so: every charge belongs to a call"),
        ("UPDATE hour_lots SET calls = calls + 1", "not so: what is kept of calls by hour is what they add up to"),
        ("DELETE FROM charge_lots", "not so: what is kept of charges by hour is what calls were charged"),
        ("UPDATE calls SET task_no = task_no + 1", "not so: what belongs to a task has its number, and no other"),
        (
            "INSERT INTO audit VALUES (1, TIMESTAMP '2026-11-21', 'eve', 'end', 'silence', 's', NULL, '', '{}', '')",
            "not so: who did what is as it was written (row 1 of the audit was changed",
        ),
    ],
)
def test_a_book_that_lies_is_found_out(books: Books, lie: str, found: str) -> None:
    with books.warehouse.transaction() as tx:
        tx.execute(lie)
    assert any(found in sentence for sentence in broken(books))


def test_a_damaged_journal_is_told(books: Books) -> None:
    books.journal.close()
    (day,) = books.home.journal.glob("*.db")
    day.write_bytes(b"not a database" * 400)
    assert any("the journal cannot be read whole" in sentence for sentence in broken(books))


def test_what_was_loaded_is_not_loaded_again(books: Books) -> None:
    assert catch_up(books, NOW).entries == 0
