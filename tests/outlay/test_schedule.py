"""The timetable with a clock of the test's own: each period exactly once, through pauses, crashes and clock changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from made_once import new_warehouse

from outlay.timetable.periods import Cut, Period, days, hours, minutes, months
from outlay.timetable.runs import JobRuns
from outlay.timetable.schedule import Job, run_due

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"]
TURNS = [  # the nights on which clocks turn, a leap day, and month ends
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2028, 2, 28, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC),
]


@pytest.fixture
def runs() -> Iterator[JobRuns]:
    with new_warehouse() as warehouse:
        yield JobRuns(warehouse)


def counting(cut: Cut, seen: Counter[str], *, catch_up: int = 200) -> Job:
    def run(period: Period, now: datetime) -> str:
        assert period.until <= now, "a period is worked on after it has closed"
        seen[period.key] += 1
        return "counted"

    return Job("counting", cut, run, catch_up=catch_up)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn:%Y-%m-%d}")
def test_each_day_and_month_is_done_exactly_once_while_clocks_turn(turn: datetime, zone: str, runs: JobRuns) -> None:
    for cut in (days(ZoneInfo(zone)), months(ZoneInfo(zone))):
        seen: Counter[str] = Counter()
        job = Job(f"{cut(turn).key}", cut, counting(cut, seen).run, catch_up=10)
        for nudge in range(40):
            run_due(job, runs, turn - timedelta(hours=12) + timedelta(minutes=90 * nudge))
        assert set(seen.values()) == {1}


def test_a_second_nudge_changes_nothing(runs: JobRuns) -> None:
    seen: Counter[str] = Counter()
    now = datetime(2026, 10, 3, 14, tzinfo=UTC)
    run_due(counting(hours, seen), runs, now)
    assert (run_due(counting(hours, seen), runs, now), seen) == ([], {"2026-10-03T13": 1})


def test_a_pause_of_three_hours_is_caught_up(runs: JobRuns) -> None:
    seen: Counter[str] = Counter()
    run_due(counting(hours, seen), runs, datetime(2026, 10, 3, 10, tzinfo=UTC))
    assert run_due(counting(hours, seen), runs, datetime(2026, 10, 3, 13, tzinfo=UTC)) == [
        "2026-10-03T10",
        "2026-10-03T11",
        "2026-10-03T12",
    ]


def test_a_watch_of_every_five_minutes_does_not_repeat_what_it_slept_through(runs: JobRuns) -> None:
    seen: Counter[str] = Counter()
    job = counting(minutes(5), seen, catch_up=1)
    run_due(job, runs, datetime(2026, 10, 3, 10, tzinfo=UTC))
    assert run_due(job, runs, datetime(2026, 10, 3, 13, 4, tzinfo=UTC)) == ["2026-10-03T12:55"]


def test_a_period_that_failed_is_tried_again_and_then_stays_done(runs: JobRuns) -> None:
    attempts: list[str] = []

    def run(period: Period, now: datetime) -> str:
        attempts.append(period.key)
        if len(attempts) == 1:
            raise RuntimeError("the disk hiccuped")
        return "done"

    now = datetime(2026, 10, 3, 14, tzinfo=UTC)
    for _ in range(3):
        run_due(Job("hiccup", hours, run), runs, now)
    assert attempts == ["2026-10-03T13", "2026-10-03T13"]
    assert runs.meters.runs == {("hiccup", "failed"): 1, ("hiccup", "done"): 1}


def test_a_failure_leaves_its_reason_in_the_row(runs: JobRuns) -> None:
    def run(period: Period, now: datetime) -> str:
        raise ValueError("no table called hours")

    run_due(Job("broken", hours, run), runs, datetime(2026, 10, 3, 14, tzinfo=UTC))
    assert runs.warehouse.query("SELECT finished_at, result FROM job_runs").rows() == [
        (None, "ValueError: no table called hours")
    ]


def test_a_run_that_died_is_claimed_again(runs: JobRuns) -> None:
    now = datetime(2026, 10, 3, 14, tzinfo=UTC)
    runs.claim("counting", "2026-10-03T13", now)
    seen: Counter[str] = Counter()
    assert run_due(counting(hours, seen), runs, now) == ["2026-10-03T13"]


def test_an_hour_waits_until_its_data_has_settled(runs: JobRuns) -> None:
    seen: Counter[str] = Counter()
    job = Job("settled", hours, counting(hours, seen).run, settle=timedelta(minutes=5), catch_up=10)
    run_due(job, runs, datetime(2026, 10, 3, 13, 30, tzinfo=UTC))
    before = run_due(job, runs, datetime(2026, 10, 3, 14, 4, tzinfo=UTC))
    assert (before, run_due(job, runs, datetime(2026, 10, 3, 14, 5, tzinfo=UTC))) == ([], ["2026-10-03T13"])
