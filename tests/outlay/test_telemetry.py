"""What Prometheus gets from the two addresses: numbers of all processes, that only grow, and nothing of a prompt."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from typing_commands import CHAT

from ingest import Limits
from outlay.books import open_books
from outlay.home import Home
from outlay.pages.telemetry import metrics
from outlay.reading.replay import captures, replay
from outlay.serving.loops import Loader
from outlay.timetable.periods import Period, days
from outlay.timetable.runs import JobRuns
from outlay.timetable.schedule import Job, run_due

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def numbers(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_the_core_tells_its_lag_its_loading_and_its_jobs(tmp_path: Path) -> None:
    with open_books(Home(tmp_path), NOW) as books:
        replay(books.journal, captures([CHAT]), team=None, limits=Limits(), now=NOW)
        behind = numbers(metrics(books, NOW))
        Loader(books).turn()
        run_due(Job("verify", days(ZoneInfo("UTC")), out_of_room), JobRuns(books.warehouse, books.job_meters), NOW)
        read = numbers(metrics(books, NOW))
    assert (behind["outlay_journal_lag_entries"], behind["outlay_journal_lag_bytes"] > 0) == (2, True)
    assert (read["outlay_journal_lag_entries"], read["outlay_load_entries_total"]) == (0, 2)
    assert 0 < read["outlay_refresh_seconds_total"] < read["outlay_load_seconds_total"]
    assert read['outlay_job_failing{job="verify"}'] == read['outlay_job_runs_total{job="verify",result="failed"}'] == 1
    assert read['outlay_job_seconds_total{job="verify"}'] > 0


def out_of_room(_period: Period, _now: datetime) -> str:
    raise OSError("no room")


def test_every_line_is_as_the_format_says(tmp_path: Path) -> None:
    line = re.compile(r'(# (HELP|TYPE) outlay_\w+ .+)|(outlay_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)')
    with open_books(Home(tmp_path), NOW) as books:
        told = metrics(books, NOW).splitlines()
    assert [each for each in told if not line.fullmatch(each)] == []
