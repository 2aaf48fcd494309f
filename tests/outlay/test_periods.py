"""Periods: contiguous, named once, whatever the clocks of the zone do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.timetable.periods import Cut, closed, days, hours, minutes, missed, months

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"]
CUTS: dict[str, Cut] = {"minutes": minutes(5), "hours": hours} | {
    f"{name} {zone}": cut(ZoneInfo(zone)) for zone in ZONES for name, cut in (("days", days), ("months", months))
}
instants = st.integers(1_577_836_800, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(instants, st.sampled_from(sorted(CUTS)))
def test_an_instant_lies_in_its_period(instant: datetime, name: str) -> None:
    period = CUTS[name](instant)
    assert period.since <= instant < period.until


@given(instants, st.sampled_from(sorted(CUTS)))
def test_periods_follow_each_other_without_gap_and_their_names_sort_by_time(instant: datetime, name: str) -> None:
    line = list(islice(closed(CUTS[name], instant), 40))
    assert all(later.since == earlier.until and later.key > earlier.key for later, earlier in pairwise(line))


@given(instants, st.sampled_from(sorted(CUTS)))
def test_a_period_bears_the_same_name_at_its_first_and_its_last_instant(instant: datetime, name: str) -> None:
    cut = CUTS[name]
    period = cut(instant)
    assert cut(period.since) == cut(period.until - timedelta(microseconds=1)) == period


@pytest.mark.parametrize(
    ("zone", "day", "length_h"),
    [
        ("America/New_York", datetime(2026, 11, 1, 12, tzinfo=UTC), 25),
        ("America/New_York", datetime(2026, 3, 8, 12, tzinfo=UTC), 23),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 20, tzinfo=UTC), 24.5),
        ("Asia/Kolkata", datetime(2026, 11, 1, 12, tzinfo=UTC), 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, day: datetime, length_h: float) -> None:
    period = days(ZoneInfo(zone))(day)
    assert period.until - period.since == timedelta(hours=length_h)


def test_a_month_begins_at_local_midnight() -> None:
    period = months(ZoneInfo("America/New_York"))(datetime(2026, 11, 1, 3, tzinfo=UTC))
    assert (period.key, period.until) == ("2026-10", datetime(2026, 11, 1, 4, tzinfo=UTC))


def test_nothing_done_yet_makes_only_the_latest_closed_period_due() -> None:
    due = missed(hours, last_done=None, now=datetime(2026, 10, 3, 14, 59, tzinfo=UTC), at_most=10)
    assert [period.key for period in due] == ["2026-10-03T13"]


def test_a_pause_is_caught_up_oldest_first() -> None:
    due = missed(hours, last_done="2026-10-03T10", now=datetime(2026, 10, 3, 14, tzinfo=UTC), at_most=10)
    assert [period.key for period in due] == ["2026-10-03T11", "2026-10-03T12", "2026-10-03T13"]


def test_of_a_long_pause_only_the_newest_periods_are_made_good() -> None:
    due = missed(hours, last_done="2026-09-01T00", now=datetime(2026, 10, 3, 14, tzinfo=UTC), at_most=2)
    assert [period.key for period in due] == ["2026-10-03T12", "2026-10-03T13"]
