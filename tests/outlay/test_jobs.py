"""What the timetable keeps, on a home with real calls and a clock of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_once import home_after
from replayed import replayed
from typing_commands import CHAT

from outlay.books import Books, open_books
from outlay.home import Home
from outlay.settings.file import FILE
from outlay.timetable.jobs import timetable
from outlay.timetable.runs import JobRuns
from outlay.timetable.schedule import run_due

# The sample's call was made on 20 November 2026.
RECEIVED = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 7, tzinfo=UTC)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    home = Home(home_after(replayed, tmp_path, RECEIVED, CHAT, "support"))
    (home.folder / FILE).write_text("[retention]\njournal_days = 7\n", encoding="utf-8")
    with open_books(home, RECEIVED) as opened:
        yield opened


def results(books: Books, now: datetime) -> dict[str, list[str]]:
    """What every job says it did when it is nudged at that instant."""
    runs = JobRuns(books.warehouse)
    for job in timetable(books, links="http://127.0.0.1:8501"):
        run_due(job, runs, now)
    found: dict[str, list[str]] = {}
    for job, result in books.warehouse.query("SELECT job, result FROM job_runs ORDER BY job, period").iter_rows():
        found.setdefault(job, []).append(result)
    return found


def subjects(books: Books) -> list[str]:
    rows = books.warehouse.query(
        "SELECT DISTINCT subject FROM outbox WHERE subject LIKE '%statement%' ORDER BY subject"
    )
    return list(rows["subject"])


def test_every_job_ends_well(books: Books) -> None:
    results(books, FIRST_OF_DECEMBER)
    failed = books.warehouse.query("SELECT job, result FROM job_runs WHERE finished_at IS NULL").rows()
    assert failed == []


def test_on_the_first_the_month_before_is_written_for_each_team(books: Books) -> None:
    results(books, FIRST_OF_DECEMBER)
    assert {path.suffix for path in (books.home.statements / "2026-11").glob("team-support-*")} == {".xlsx", ".csv"}


def test_on_the_first_each_team_is_told_once(books: Books) -> None:
    for hours in range(3):
        results(books, FIRST_OF_DECEMBER + timedelta(hours=hours))
    assert [subject.split(":")[0] for subject in subjects(books)] == ["[info] Provisional statement 2026-11"] * 2


def test_the_statement_waits_for_the_last_night_of_the_month(books: Books) -> None:
    results(books, datetime(2026, 11, 30, 18, tzinfo=UTC))
    results(books, datetime(2026, 12, 1, 5, 59, tzinfo=UTC))
    assert not (books.home.statements / "2026-11").exists()


def test_retention_drops_the_journal_and_keeps_the_ledger(books: Books) -> None:
    told = results(books, RECEIVED + timedelta(days=books.settings.retention.journal_days + 2))
    assert (told["retention"], books.journal.days()) == (["1 journal days archived, 1 dropped"], [])
    assert books.warehouse.query("SELECT count(*) AS n FROM calls").item() == 1


def test_the_daily_verification_says_what_does_not_agree(books: Books) -> None:
    with books.warehouse.transaction() as tx:
        tx.execute("DELETE FROM hours")
    (told,) = results(books, FIRST_OF_DECEMBER)["verify"]
    assert told.startswith("not so: the hours cost what their calls cost")
