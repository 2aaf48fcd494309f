"""What a period will come to: spent so far, what the days left are expected to cost, and how wrong that has been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from alerts.budgets.price_steps import price_steps
from alerts.forecasting import Leaves, Outlook, Profile, leaves_of, outlook_of, seasonal_naive
from alerts.incidents.incident import stored
from warehouse import Month, Warehouse, rounded, usd

HISTORY_DAYS = 70  # ten weeks: six to learn a week and its trend from, four to try it on
DAY = timedelta(days=1)
LEAF = ("team", "workflow")
TOLD = 0.005  # of the days to come: what rounds to no per cent needs no words

# Floats, because a forecast is no ledger.
HOURS = """
SELECT
    hour_at, team, workflow, CAST(sum(cost_usd) AS DOUBLE) AS cost_usd,
    CAST(sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
        + coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS DOUBLE) AS tokens
FROM hours
WHERE hour_at >= $since AND hour_at < $until AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY hour_at, team, workflow
ORDER BY hour_at, team, workflow
"""

SPENT = """
SELECT coalesce(sum(cost_usd), 0) AS cost_usd
FROM hours
WHERE hour_at >= $since AND hour_at < $until AND ($teams IS NULL OR list_contains($teams, team))
"""


@dataclass(frozen=True, slots=True)
class Range:
    """What a period will have cost when it ends: a tenth, a half, and nine tenths of the outcomes lie below."""

    p10: Decimal
    p50: Decimal
    p90: Decimal
    naive: Decimal  # what last week again and again would make of it
    method: str  # the method that forecast most of the money
    because: str  # a sentence: what it was computed from, and how sure it is
    daily: tuple[float, ...] = ()  # what today still and each later day is expected to cost


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a month will have cost when it ends: a tenth, a half, and nine tenths of the outcomes lie below."""

    month: Month
    p10: Decimal
    p50: Decimal
    p90: Decimal
    method: str  # a sentence: what it was computed from, and how sure it is


def month_forecast(
    warehouse: Warehouse, month: Month, *, zone: ZoneInfo, now: datetime, teams: Sequence[str] | None = None
) -> Forecast | None:
    """Forecast a month for some teams (None = all, Unattributed too); None with less than a week of history.

    A month that is over costs what it cost. Days are days of `zone`, made of UTC hours.
    """
    since, until = month.bounds(zone)
    asked = {"teams": None if teams is None else list(teams)}
    so_far = warehouse.query(SPENT, {**asked, "since": stored(since), "until": stored(min(now, until))}).item()
    if now >= until:
        return Forecast(month, so_far, so_far, so_far, f"{month} is over: this is what it cost.")
    reach = {"since": stored(now - HISTORY_DAYS * DAY), "until": stored(now)}
    hours = warehouse.query(HOURS, {**asked, **reach})
    prices = price_steps(warehouse, since=reach["since"], now=reach["until"])
    found = range_of(hours, LEAF, until, so_far=so_far, zone=zone, now=now, prices=prices)
    return Forecast(month, found.p10, found.p50, found.p90, found.because) if found else None


def range_of(
    hours: pl.DataFrame,
    by: Sequence[str],
    until: datetime,
    *,
    so_far: Decimal,
    zone: ZoneInfo,
    now: datetime,
    prices: pl.DataFrame | None = None,
) -> Range | None:
    """Where a period that ends at `until` (aware) will end, given what it cost so far; None when nobody can say.

    `hours` are rows of hour_at (naive UTC), the columns `by` that make a leaf, cost_usd and tokens (floats), of the ten
    weeks before `now`; `prices` what `price_steps` knows of these. A period that is over costs what it cost.
    """
    if now >= until:
        return Range(so_far, so_far, so_far, so_far, "", "It is over: this is what it cost.")
    leaves = leaves_of(hours, by, zone=zone, now=stored(now), prices=prices)
    count = (_last_day(until, zone) - now.astimezone(zone).date()).days + 1
    found = outlook_of(leaves, count) if leaves else None
    if leaves is None or found is None:
        return None
    left_of_today = _left_of_today(leaves, zone, now)
    days = found.daily.copy()
    days[0] *= left_of_today
    again = seasonal_naive(leaves.raw_usd, count)
    naive = float(again[0]) * left_of_today + float(again[1:].sum())
    to_come = float(days.sum())
    return Range(
        p10=_sum(so_far, to_come * found.low_times),
        p50=_sum(so_far, to_come),
        p90=_sum(so_far, to_come * found.high_times),
        naive=_sum(so_far, naive),
        method=found.method,
        because=_because(found, so_far, count),
        daily=tuple(days.tolist()),
    )


def _sum(so_far: Decimal, to_come: float) -> Decimal:
    return rounded(so_far + Decimal(repr(to_come)))


def _left_of_today(leaves: Leaves, zone: ZoneInfo, now: datetime) -> float:
    """The share of a day's spend that is usually still to come at this time of this day."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    begins, ends = stored(today), stored((today + DAY).astimezone(UTC))
    hours = leaves.hours_usd[: max((begins - leaves.first_hour) // timedelta(hours=1), 0)]
    return 1 - Profile.of(leaves.first_hour, hours, zone).share(begins, ends, stored(now))


def _because(found: Outlook, so_far: Decimal, count: int) -> str:
    days_left = f"the {count} days left" if count > 1 else "what is left of the last day"
    tried = (
        f"The range is what came of {found.tries} such forecasts made before."
        if found.is_tried
        else "The range is assumed: there is too little history to try it on."
    )
    middle = f"the middle of what did well on earlier days, most of all {found.method}"
    if abs(found.lifted) >= TOLD:
        more, came = ("more", "dearer") if found.lifted > 0 else ("less", "cheaper")
        middle += f", and {abs(found.lifted):.0%} {more}, because earlier days came {came} than was foreseen"
    if abs(found.repriced) >= TOLD:
        dearer = "more" if found.repriced > 0 else "less"
        middle += f", and {abs(found.repriced):.0%} {dearer} at the prices that are known to change by then"
    return f"{usd(so_far)} so far, and for {days_left} {middle}. {tried}"


def _last_day(until: datetime, zone: ZoneInfo) -> date:
    return (until.astimezone(zone) - timedelta(microseconds=1)).date()
