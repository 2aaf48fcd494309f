"""Lay hours out as leaves: for each team's workflow the days that are over, on today's footing, and today so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from alerts.forecasting.footing import at_todays_price
from alerts.forecasting.pace import at_todays_pace
from alerts.forecasting.prices import PriceStep, at_known_prices
from alerts.forecasting.steps import at_todays_level

Floats = npt.NDArray[np.float64]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leaves:
    """The whole days of each leaf from its first spend to yesterday, oldest first, and their sum hour by hour.

    `first_day` is the day after the first hour of all, which may be half a day.
    """

    first_day: date
    daily: tuple[Floats, ...]  # at today's prices, pace and level; the last element of each is yesterday
    raw_usd: Floats  # (days,): what all of them cost, as it was billed
    first_hour: datetime  # naive UTC
    hours_usd: Floats  # (hours,): the same hour by hour, today's included
    today: int = 0  # the place among them of the first of today
    prices: tuple[tuple[PriceStep, ...], ...] = ()  # the known steps of each leaf, past and ahead; () = of none


def leaves_of(
    hours: pl.DataFrame, by: Sequence[str], *, zone: ZoneInfo, now: datetime, prices: pl.DataFrame | None = None
) -> Leaves | None:
    """Rows of hour_at (naive UTC), the columns `by`, cost_usd and tokens (floats); None when there are none.

    `now` is naive UTC: the business day it lies in is not over, and is no history yet. `prices` are the price steps
    that are known: rows of changes_at (naive UTC), the columns `by`, and what some usage of theirs costs before_usd and
    after_usd.
    """
    hours = hours.filter(pl.col("hour_at") < now)
    if hours.is_empty():
        return None
    first_hour: datetime = hours.select(pl.col("hour_at").min()).item()
    count = (now - first_hour) // HOUR + 1
    local = pl.datetime_range(first_hour, first_hour + (count - 1) * HOUR, "1h", time_unit="us").dt.replace_time_zone(
        "UTC"
    )
    dates = pl.select(local.dt.convert_time_zone(zone.key).dt.date().alias("day"))["day"]
    today = now.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
    first_day = dates[0] + DAY
    places = (dates - first_day).dt.total_days().to_numpy()
    length = max((today - first_day).days, 0)
    whole = (places >= 0) & (places < length)
    total = np.zeros(count)
    raw = np.zeros(length)
    days: list[Floats] = []
    known = _steps_by_leaf(prices, by, first_hour) if prices is not None else {}
    steps: list[tuple[PriceStep, ...]] = []
    placed = hours.with_columns(((pl.col("hour_at") - first_hour).dt.total_hours()).alias("place"))
    for leaf, rows in placed.group_by(list(by), maintain_order=True) if by else [((), placed)]:
        cost, tokens = np.zeros(count), np.zeros(count)
        np.add.at(cost, rows["place"].to_numpy(), rows["cost_usd"].to_numpy())
        np.add.at(tokens, rows["place"].to_numpy(), rows["tokens"].to_numpy())
        total += cost
        billed = np.bincount(places[whole], weights=cost[whole], minlength=length)
        raw += billed
        spent = np.flatnonzero(billed > 0)
        if len(spent):
            of_leaf = known.get(leaf, ())
            steps.append(of_leaf)
            priced = at_todays_price(at_known_prices(cost, of_leaf), tokens)
            # The last hour is not over: what it cost so far tells no pace.
            restated = np.append(at_todays_pace(priced[:-1]), priced[-1])
            by_day = np.bincount(places[whole], weights=restated[whole], minlength=length).astype(np.float64)
            days.append(at_todays_level(by_day[spent[0] :]))
    today_begins = int((places < length).sum())
    return Leaves(first_day, tuple(days), raw, first_hour, total, today_begins, tuple(steps) if known else ())


def _steps_by_leaf(
    prices: pl.DataFrame, by: Sequence[str], first_hour: datetime
) -> dict[tuple[object, ...], tuple[PriceStep, ...]]:
    found: dict[tuple[object, ...], tuple[PriceStep, ...]] = defaultdict(tuple)
    summed = prices.group_by(*by, "changes_at", maintain_order=True).agg(pl.col("before_usd", "after_usd").sum())
    for *leaf, changes_at, before, after in summed.iter_rows():
        if before > 0 and after != before:
            found[tuple(leaf)] += (PriceStep((changes_at - first_hour) // HOUR, after / before),)
    return found
