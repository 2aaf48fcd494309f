"""Which days a preset names, and which days are a fair comparison."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.periods import Against, Days, Preset, compared, days_of, month_of

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.THIS_MONTH, date(2026, 11, 1), date(2026, 11, 20)),
        (Preset.LAST_MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (Preset.LAST_7_DAYS, date(2026, 11, 14), date(2026, 11, 20)),
        (Preset.LAST_30_DAYS, date(2026, 10, 22), date(2026, 11, 20)),
        (Preset.LAST_90_DAYS, date(2026, 8, 23), date(2026, 11, 20)),
        (Preset.CUSTOM, date(2026, 11, 1), date(2026, 11, 20)),
    ],
)
def test_a_preset_names_whole_days_up_to_today(preset: Preset, first: date, last: date) -> None:
    days = days_of(preset, TODAY)
    assert (days.first, days.last) == (first, last)


def test_custom_days_may_be_picked_in_either_order() -> None:
    assert days_of(Preset.CUSTOM, TODAY, (date(2026, 3, 5), date(2026, 3, 1))) == Days(
        date(2026, 3, 1), date(2026, 3, 6)
    )


def test_the_month_so_far_is_held_against_as_many_days_of_the_month_before() -> None:
    so_far = days_of(Preset.THIS_MONTH, TODAY).complete(TODAY)
    assert compared(so_far, Against.MONTH_BEFORE) == Days(date(2026, 10, 1), date(2026, 10, 20))


def test_a_whole_month_is_held_against_a_whole_month_however_long() -> None:
    assert compared(month_of(date(2026, 3, 9)), Against.MONTH_BEFORE) == Days(date(2026, 2, 1), date(2026, 3, 1))


def test_thirty_days_of_march_never_reach_from_february_into_march() -> None:
    most_of_march = Days(date(2026, 3, 1), date(2026, 3, 31))
    assert compared(most_of_march, Against.MONTH_BEFORE) == Days(date(2026, 2, 1), date(2026, 3, 1))


def test_the_days_just_before_are_as_many() -> None:
    week = Days(date(2026, 11, 14), date(2026, 11, 21))
    assert compared(week, Against.PERIOD_BEFORE) == Days(date(2026, 11, 7), date(2026, 11, 14))


def test_a_leap_day_is_held_against_the_last_of_february() -> None:
    assert compared(Days(date(2028, 2, 29), date(2028, 3, 1)), Against.YEAR_BEFORE) == Days(
        date(2027, 2, 28), date(2027, 3, 1)
    )


def test_on_the_first_of_a_month_there_is_no_full_day_to_compare() -> None:
    first = date(2026, 11, 1)
    assert compared(days_of(Preset.THIS_MONTH, first).complete(first), Against.MONTH_BEFORE) is None


def test_nothing_is_compared_with_nothing() -> None:
    assert compared(month_of(TODAY), Against.NOTHING) is None


def test_a_day_of_the_business_zone_is_cut_at_its_midnights() -> None:
    bounds = Days(date(2026, 10, 25), date(2026, 10, 26)).bounds(ZoneInfo("Europe/Berlin"))
    assert bounds == (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 800), st.sampled_from(Against))
def test_a_comparison_lies_before_what_is_compared(first: date, length: int, against: Against) -> None:
    days = Days(first, date.fromordinal(first.toordinal() + length))
    before = compared(days, against)
    whole_months = days.first.day == 1 and days.until.day == 1
    assert before is None or (before.first < days.first and (before.until <= days.first or whole_months))


def test_days_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="before they begin"):
        Days(date(2026, 2, 2), date(2026, 2, 1))
