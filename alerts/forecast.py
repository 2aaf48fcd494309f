"""What the month will come to: spent so far, plus what the days left usually cost, and how wrong that has been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from alerts.incident import stored
from warehouse import Month, Warehouse, rounded, usd

HISTORY_DAYS = 70  # ten weeks: four of each weekday to forecast from, six weeks to try it on
WEEKDAYS = 4  # of the same weekday; the middle one, so that a spike does not become a habit
FEWEST_DAYS = 7  # with less than a week nobody can say
FEWEST_TRIES = 7  # earlier forecasts to learn from; with fewer the range is assumed
ASSUMED = (0.8, 1.0, 1.25)  # P10, P50 and P90 of what came ÷ what was forecast, where nothing is known
DAY = timedelta(days=1)

HOURS = """
SELECT hour_at, sum(cost_usd) AS cost_usd
FROM hours
WHERE hour_at >= $since AND hour_at < $until AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY hour_at
ORDER BY hour_at
"""


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
    reach = {"since": stored(since - HISTORY_DAYS * DAY), "until": stored(min(now, until))}
    rows = warehouse.query(HOURS, {**reach, "teams": None if teams is None else list(teams)}).rows()
    begun = stored(since)
    so_far = sum((cost for at, cost in rows if at >= begun), Decimal(0))
    if now >= until:
        return Forecast(month, so_far, so_far, so_far, f"{month} is over: this is what it cost.")
    days = _by_day(rows, zone)
    today = now.astimezone(zone).date()
    whole = {day: cost for day, cost in days.items() if day < today}
    if len(whole) < FEWEST_DAYS:
        return None
    left = [today + number * DAY for number in range((_last_day(until, zone) - today).days + 1)]
    expected = _expected(whole, left)
    rest_of_today = max(expected[0] - days.get(today, 0.0), 0.0)
    to_come = rest_of_today + sum(expected[1:])
    shares, because = _range(whole, len(left))
    p10, p50, p90 = (rounded(so_far + Decimal(repr(to_come * share))) for share in shares)
    days_left = f"the {len(left)} days left" if len(left) > 1 else "what is left of the last day"
    method = f"{usd(so_far)} so far, and for {days_left} the middle of the last {WEEKDAYS} same weekdays. {because}"
    return Forecast(month, p10, p50, p90, method)


def _range(whole: Mapping[date, float], days_left: int) -> tuple[tuple[float, ...], str]:
    """P10, P50 and P90 of what came ÷ what was forecast, from forecasts made on earlier days for about as many days."""
    known = sorted(whole)
    span = min(days_left, max(FEWEST_DAYS, len(known) // 2 - FEWEST_DAYS))
    tries = []
    for place in range(2 * FEWEST_DAYS, len(known) - span + 1):
        before = {day: whole[day] for day in known[:place]}
        ahead = known[place : place + span]
        forecast = sum(_expected(before, ahead))
        if forecast > 0:
            tries.append(sum(whole[day] for day in ahead) / forecast)
    if len(tries) < FEWEST_TRIES:
        return ASSUMED, "The range is assumed: there is too little history to try it on."
    tries.sort()
    shares = tuple(tries[round(share * (len(tries) - 1))] for share in (0.1, 0.5, 0.9))
    because = f"The range is what came of {len(tries)} such forecasts for {span} days made before."
    return shares, because


def _expected(whole: Mapping[date, float], days: Sequence[date]) -> list[float]:
    """For each day the middle of the last same weekdays; for a weekday never seen the middle of all days."""
    by_weekday: dict[int, list[float]] = {}
    for day in sorted(whole, reverse=True):
        seen = by_weekday.setdefault(day.weekday(), [])
        if len(seen) < WEEKDAYS:
            seen.append(whole[day])
    every = median(whole.values())
    middles = {weekday: median(seen) for weekday, seen in by_weekday.items()}
    return [middles.get(day.weekday(), every) for day in days]


def _by_day(rows: Sequence[tuple[datetime, Decimal]], zone: ZoneInfo) -> dict[date, float]:
    """Spend by day, from the day after the first hour, which may be half a day, to the last; a day of nothing is 0."""
    days: dict[date, float] = {}
    for at, spent in rows:
        day = at.replace(tzinfo=UTC).astimezone(zone).date()
        days[day] = days.get(day, 0.0) + float(spent)
    if not days:
        return {}
    first, last = min(days), max(days)
    return {day: days.get(day, 0.0) for day in (first + n * DAY for n in range(1, (last - first).days + 1))}


def _last_day(until: datetime, zone: ZoneInfo) -> date:
    return (until.astimezone(zone) - timedelta(microseconds=1)).date()
