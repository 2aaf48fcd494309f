"""The forecast of a month: exact for what is past, the weekday's habit for what is left, and a range that was tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spend import MONDAY, Service, Shape, fill, flat, hours_of, noisy, office, times

from alerts import Forecast, month_forecast
from warehouse import Month, Warehouse

ZONE = ZoneInfo("UTC")
MARCH = Month(2026, 3)
MARCH_10TH = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def spent(shape: Shape, since: datetime, until: datetime) -> Decimal:
    first = (since.replace(tzinfo=None) - MONDAY) // timedelta(hours=1)
    last = (until.replace(tzinfo=None) - MONDAY) // timedelta(hours=1)
    return sum((Decimal(f"{shape(hour):.6f}") for hour in range(first, last)), Decimal(0))


def asked(
    warehouse: Warehouse, shape: Shape, now: datetime = MARCH_10TH, teams: list[str] | None = None
) -> Forecast | None:
    hours = (now.replace(tzinfo=None) - MONDAY) // timedelta(hours=1)
    fill(warehouse, hours_of([Service("support", "triage", shape)], hours))
    return month_forecast(warehouse, Month.of(now - timedelta(days=2), ZONE), zone=ZONE, now=now, teams=teams)


def forecast(
    warehouse: Warehouse, shape: Shape, now: datetime = MARCH_10TH, teams: list[str] | None = None
) -> Forecast:
    told = asked(warehouse, shape, now, teams)
    assert told is not None
    return told


def test_what_never_changes_is_forecast_exactly(warehouse: Warehouse) -> None:
    told = forecast(warehouse, flat(2.0))
    assert (told.p10, told.p50, told.p90) == (Decimal(1488), Decimal(1488), Decimal(1488))


def test_the_range_leans_upwards_because_what_nobody_foresees_makes_things_dearer(warehouse: Warehouse) -> None:
    told = forecast(warehouse, noisy(flat(2.0), 0.3, seed=9))
    assert told.p90 - told.p50 > told.p50 - told.p10 > 0


@pytest.mark.parametrize("day", [3, 10, 20, 30])
def test_an_office_s_month_is_forecast_within_a_few_per_cent(warehouse: Warehouse, day: int) -> None:
    shape = noisy(office(20), 0.3, seed=5)
    told = forecast(warehouse, shape, datetime(2026, 3, day, 12, 0, tzinfo=UTC))
    truth = spent(shape, *MARCH.bounds(ZONE))
    assert abs(told.p50 / truth - 1) < Decimal("0.05")


def test_the_range_holds_the_truth_of_a_growing_month(warehouse: Warehouse) -> None:
    shape = noisy(office(20, growth_a_month=0.2), 0.2, seed=6)
    told = forecast(warehouse, shape)
    truth = spent(shape, *MARCH.bounds(ZONE))
    assert told.p10 * Decimal("0.97") <= truth <= told.p90 * Decimal("1.03")


def test_a_month_that_is_over_costs_what_it_cost(warehouse: Warehouse) -> None:
    april = datetime(2026, 4, 2, tzinfo=UTC)
    shape = noisy(flat(2), 0.4, seed=7)
    told = forecast(warehouse, shape, april)
    assert (told.p10, told.p90, told.method) == (
        spent(shape, *MARCH.bounds(ZONE)),
        spent(shape, *MARCH.bounds(ZONE)),
        "2026-03 is over: this is what it cost.",
    )


def test_with_less_than_a_week_nobody_can_say(warehouse: Warehouse) -> None:
    assert asked(warehouse, flat(2.0), datetime(2026, 1, 9, tzinfo=UTC)) is None


def test_a_short_history_says_that_its_range_is_assumed(warehouse: Warehouse) -> None:
    told = forecast(warehouse, flat(1.0), datetime(2026, 1, 19, tzinfo=UTC))
    assert (told.p10 < told.p50 < told.p90, "assumed" in told.method) == (True, True)


def test_only_the_teams_asked_for_are_forecast(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([Service("search", "rank", flat(50.0))], 24 * 60))
    told = forecast(warehouse, flat(2.0), teams=["support"])
    assert told.p50 == Decimal(1488)


def test_the_method_is_a_sentence_with_its_numbers(warehouse: Warehouse) -> None:
    told = forecast(warehouse, flat(2.0))
    assert told.method == (
        "$456.00 so far, and for the 22 days left the middle of what did well on earlier days, "
        "most of all a steady level. "
        "The range is what came of 15 such forecasts made before."
    )


@given(seed=st.integers(0, 1000), left_s=st.integers(1, 3600))
@settings(max_examples=15)
def test_at_the_month_s_end_the_forecast_is_what_it_cost(seed: int, left_s: int) -> None:
    shape = noisy(office(20), 0.4, seed)
    with Warehouse.in_memory() as opened:
        told = forecast(opened, shape, datetime(2026, 4, 1, tzinfo=UTC) - timedelta(seconds=left_s))
        truth = spent(shape, *MARCH.bounds(ZONE))
        assert abs(told.p50 / truth - 1) < Decimal("0.01")


@pytest.mark.parametrize("hours_ago", [4, 16])
def test_a_dearer_model_is_known_within_hours(warehouse: Warehouse, hours_ago: int) -> None:
    swapped = (MARCH_10TH.replace(tzinfo=None) - timedelta(hours=hours_ago) - MONDAY) // timedelta(hours=1)
    cheap = Service("support", "triage", lambda hour: 1.0 if hour < swapped else 0.0, tokens_per_call=2000)
    dear = Service("support", "triage", lambda hour: 4.0 if hour >= swapped else 0.0, "big", 0.2, tokens_per_call=2000)
    fill(warehouse, hours_of([cheap, dear], swapped + hours_ago))
    told = month_forecast(warehouse, MARCH, zone=ZONE, now=MARCH_10TH)
    truth = Decimal(228 - hours_ago + 4 * (31 * 24 - 228 + hours_ago))
    assert told is not None
    assert abs(told.p50 / truth - 1) < Decimal("0.10")


@pytest.mark.parametrize("day", [7, 11])
def test_a_launch_is_known_after_three_days(warehouse: Warehouse, day: int) -> None:
    launched = (datetime(2026, 3, 4) - MONDAY) // timedelta(hours=1)
    shape = times(noisy(office(20), 0.2, seed=11), 3.0, launched, 10_000)
    told = forecast(warehouse, shape, datetime(2026, 3, day, tzinfo=UTC))
    truth = spent(shape, *MARCH.bounds(ZONE))
    assert abs(told.p50 / truth - 1) < Decimal("0.08")


def test_a_spike_that_is_over_is_not_forecast_again(warehouse: Warehouse) -> None:
    storm = (datetime(2026, 3, 6) - MONDAY) // timedelta(hours=1)
    told = forecast(warehouse, times(flat(2.0), 20, storm, storm + 24))
    assert abs(told.p50 / Decimal(1488 + 19 * 48) - 1) < Decimal("0.1")


def test_nothing_that_comes_later_changes_a_forecast(warehouse: Warehouse) -> None:
    shape = noisy(office(20), 0.3, seed=8)
    fill(warehouse, hours_of([Service("support", "triage", shape)], 24 * 84))
    with Warehouse.in_memory() as earlier:
        assert month_forecast(warehouse, MARCH, zone=ZONE, now=MARCH_10TH) == asked(earlier, shape)
