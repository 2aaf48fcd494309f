"""Months meet without a gap or an overlap, in every time zone there is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import Month

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
MONTHS = st.builds(Month, year=st.integers(1970, 2100), number=st.integers(1, 12))
BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_month_is_written_and_read_as_finance_writes_it() -> None:
    assert str(Month.parse("2026-02")) == "2026-02"


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "0000-01", "2026-1", "26-10", "2026-10-01", "october", "", "２０２６-10"]
)
def test_what_is_no_month_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month; write it as 2026-10"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("month", "zone", "since", "until"),
    [
        ("2026-10", "UTC", "2026-10-01T00:00", "2026-11-01T00:00"),
        # Summer time ends inside the month: it is an hour longer.
        ("2026-10", "Europe/Berlin", "2026-09-30T22:00", "2026-10-31T23:00"),
        ("2026-03", "America/New_York", "2026-03-01T05:00", "2026-04-01T04:00"),
        ("2026-10", "Asia/Kolkata", "2026-09-30T18:30", "2026-10-31T18:30"),
        ("2026-12", "Pacific/Kiritimati", "2026-11-30T10:00", "2026-12-31T10:00"),
        # Havana's clocks go back from 01:00 to 00:00 on 1 November: the month begins at the first of two midnights.
        ("2026-11", "America/Havana", "2026-11-01T04:00", "2026-12-01T05:00"),
        # Asunción's went from 00:00 to 01:00 on 1 October 2017: that midnight never was.
        ("2017-10", "America/Asuncion", "2017-10-01T04:00", "2017-11-01T03:00"),
    ],
)
def test_a_month_is_cut_at_the_zones_midnights(month: str, zone: str, since: str, until: str) -> None:
    assert Month.parse(month).bounds(ZoneInfo(zone)) == (utc(since), utc(until))


@given(MONTHS, ZONES)
def test_a_month_ends_where_the_next_begins(month: Month, zone: ZoneInfo) -> None:
    assert month.bounds(zone)[1] == month.next().bounds(zone)[0]


@given(st.datetimes(datetime(1970, 2, 1), datetime(2100, 1, 1)), ZONES)
def test_an_instant_lies_within_the_bounds_of_its_month(instant: datetime, zone: ZoneInfo) -> None:
    aware = instant.replace(tzinfo=UTC)
    since, until = Month.of(aware, zone).bounds(zone)
    assert since <= aware < until


@given(MONTHS)
def test_the_month_before_the_next_is_this_one(month: Month) -> None:
    assert month.next().previous() == month == month.previous().next()


def test_an_instant_without_a_zone_lies_in_no_month() -> None:
    with pytest.raises(ValueError, match="has no time zone, so it lies in no month"):
        Month.of(datetime(2026, 10, 1), BERLIN)


def test_months_sort_by_time() -> None:
    assert min(Month(2026, 1), Month(2025, 12), Month(2026, 10)) == Month(2025, 12)


@pytest.mark.parametrize(("month", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-10", 31)])
def test_a_month_knows_its_days(month: str, days: int) -> None:
    assert Month.parse(month).days() == days


def test_the_elapsed_share_counts_the_hour_that_summer_time_adds() -> None:
    october = Month(2026, 10)
    assert october.elapsed(utc("2026-09-30T22:00") + timedelta(hours=745 / 2), BERLIN) == 0.5


@pytest.mark.parametrize(("now", "share"), [("2026-01-01T00:00", 0.0), ("2027-01-01T00:00", 1.0)])
def test_the_elapsed_share_stays_between_nothing_and_all(now: str, share: float) -> None:
    assert Month(2026, 10).elapsed(utc(now), BERLIN) == share
