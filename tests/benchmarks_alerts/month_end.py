"""Measure the forecast of month end on day 10 against seasonal naive: WAPE, bias, and how often the range held.

    python tests/benchmarks_alerts/month_end.py --seeds 201-206   labelled spend
    python tests/benchmarks_alerts/month_end.py --home DIR        the months of a home, such as the demo's
    python tests/benchmarks_alerts/month_end.py --demo 12         the demo's books, as they end on twelve dates

A forecast sees the ten weeks before its instant and the prices that are agreed by then, and nothing later; days are
whole days of the zone. The bar is held where it can be: no forecast knows of a launch that is still to come. Exits 1
when it is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import mean
from zoneinfo import ZoneInfo

import polars as pl
from labelled_spend import labelled
from rhythms import MONDAY

from alerts.budgets.price_steps import price_steps
from alerts.forecasting import leaves_of, outlook_of, seasonal_naive
from outlay.demo import History
from warehouse import Month, Warehouse

UTC_ZONE = ZoneInfo("UTC")
BAR = 0.8  # times the WAPE of seasonal naive
HISTORY = timedelta(days=70)
LAST_DEMO, DEMOS_APART = datetime(2026, 11, 21, 14, 30, tzinfo=UTC), timedelta(days=11)
LEAF = ["team", "workflow"]
Known = Callable[[datetime], pl.DataFrame | None]  # the price steps that are known at an instant (naive UTC)
HOURS = """
SELECT hour_at, team, workflow, CAST(sum(cost_usd) AS DOUBLE) AS cost_usd,
       CAST(sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
           + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
           + coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS DOUBLE) AS tokens
FROM hours GROUP BY hour_at, team, workflow
"""


@dataclass(frozen=True)
class Case:
    level: str
    forecast: float
    naive: float
    low: float
    high: float
    actual: float


def no_prices(at: datetime) -> pl.DataFrame | None:
    return None


def months_of(hours: pl.DataFrame, zone: ZoneInfo) -> Iterator[Month]:
    """The whole months that have at least a week of history before them, or a week by their tenth day."""
    first, last = hours.select(pl.col("hour_at").min(), pl.col("hour_at").max().alias("last")).row(0)
    month = Month.of(first.replace(tzinfo=UTC), zone).next()
    while month.bounds(zone)[1].replace(tzinfo=None) <= last + timedelta(hours=1):
        yield month
        month = month.next()


def cases(
    hours: pl.DataFrame, zone: ZoneInfo, day: int, only: Month | None = None, known: Known = no_prices
) -> Iterator[Case]:
    """Each workflow, each team and the company, in each month that is over."""
    for month in [only] if only else months_of(hours, zone):
        since, until = (bound.replace(tzinfo=None) for bound in month.bounds(zone))
        at = (month.bounds(zone)[0].astimezone(zone) + timedelta(days=day)).astimezone(UTC).replace(tzinfo=None)
        prices = known(at)
        for level, by in (("workflow", LEAF), ("team", ["team"]), ("company", [])):
            for _, rows in hours.group_by(by) if by else [((), hours)]:
                found = case(rows, zone, level, (since, at, until), prices)
                if found:
                    yield found


def case(
    rows: pl.DataFrame,
    zone: ZoneInfo,
    level: str,
    instants: tuple[datetime, datetime, datetime],
    prices: pl.DataFrame | None,
) -> Case | None:
    since, at, until = instants
    count = round((until - at) / timedelta(days=1))
    known = rows.filter(pl.col("hour_at") >= at - HISTORY)
    leaves = leaves_of(known, LEAF, zone=zone, now=at, prices=prices)
    outlook = outlook_of(leaves, count) if leaves else None
    if leaves is None or outlook is None:
        return None
    within = rows.filter((pl.col("hour_at") >= since) & (pl.col("hour_at") < until))
    actual = float(within["cost_usd"].sum())
    so_far = float(within.filter(pl.col("hour_at") < at)["cost_usd"].sum())
    to_come = float(outlook.daily.sum())
    naive = float(seasonal_naive(leaves.raw_usd, count).sum())
    low, high = to_come * outlook.low_times, to_come * outlook.high_times
    return Case(level, so_far + to_come, so_far + naive, so_far + low, so_far + high, actual)


def known_prices(warehouse: Warehouse, at: datetime) -> pl.DataFrame:
    return price_steps(warehouse, since=at - HISTORY, now=at)


def generated(seed: int, day: int) -> tuple[list[Case], list[Case]]:
    """The cases of a seed, and those of its series to which nothing new happens after the forecast is made."""
    made = labelled(seed)
    hours = made.hours.with_columns((pl.col("input_tokens") + pl.col("output_tokens")).alias("tokens"))
    calm = []
    for month in months_of(hours, UTC_ZONE):
        since, until = (bound.replace(tzinfo=None) for bound in month.bounds(UTC_ZONE))
        at = since + timedelta(days=day)
        jolted = {
            made.names[label.series] for label in made.labels if at <= MONDAY + timedelta(hours=label.begins) < until
        }
        quiet = hours.filter(~pl.col("series_id").is_in(list(jolted)))
        calm += list(cases(quiet, UTC_ZONE, day, only=month))
    return list(cases(hours, UTC_ZONE, day)), calm


def demo(now: datetime, day: int) -> list[Case]:
    """The demo company's whole months, by its own books, as its history ends at that instant."""
    history = History(now)
    for _ in history:
        pass
    spent = pl.DataFrame(
        [
            (
                booked.started_at.replace(minute=0, second=0, microsecond=0, tzinfo=None),
                booked.team,
                booked.workflow,
                float(booked.cost_usd or 0),
                float(sum(booked.usage)),
            )
            for booked in history.ledger.entries
        ],
        schema=["hour_at", *LEAF, "cost_usd", "tokens"],
        orient="row",
    )
    hours = spent.group_by("hour_at", *LEAF).agg(pl.col("cost_usd", "tokens").sum()).sort("hour_at", *LEAF)
    return list(cases(hours, history.company.zone, day, known=lambda at: contract(history, at)))


def contract(history: History, at: datetime) -> pl.DataFrame:
    """What the company's own prices make of two weeks of its usage: as the price book tells it, from its own books."""
    models = {model.billed_as: model for model in history.company.models.values()}
    rows = []
    for day in {line.valid_from for line in history.company.own_prices}:
        changes_at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        seen = min(changes_at, at.replace(tzinfo=UTC))
        for booked in history.ledger.entries:
            if seen - timedelta(days=14) <= booked.started_at < seen and booked.cost_usd is not None:
                model = models[booked.model]
                before = model.cost_usd(booked.usage, changes_at - timedelta(microseconds=1))
                after = model.cost_usd(booked.usage, changes_at)
                naive = changes_at.replace(tzinfo=None)
                rows.append((naive, booked.team, booked.workflow, float(before), float(after)))
    columns = ["changes_at", *LEAF, "before_usd", "after_usd"]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def tell(title: str, found: list[Case]) -> bool:
    sys.stdout.write(
        f"\n{title}\n{'level':10} {'cases':>6} {'WAPE':>7} {'naive':>7} {'gain':>6} {'bias':>7} {'covered':>8}\n"
    )
    met = True
    for level in ("workflow", "team", "company"):
        of = [each for each in found if each.level == level and each.actual > 0]
        actual = sum(each.actual for each in of)
        wape = sum(abs(each.forecast - each.actual) for each in of) / actual
        naive = sum(abs(each.naive - each.actual) for each in of) / actual
        bias = sum(each.forecast - each.actual for each in of) / actual
        covered = sum(each.low <= each.actual <= each.high for each in of) / len(of)
        met &= wape <= BAR * naive
        sys.stdout.write(
            f"{level:10} {len(of):6} {wape:7.2%} {naive:7.2%} {wape / naive - 1:+6.0%} {bias:+7.2%} {covered:8.0%}\n"
        )
    return met


def tell_spread(seeds: list[list[Case]]) -> None:
    """How the gain differs from seed to seed: a single launch of a dear workflow decides one."""
    for level in ("workflow", "team", "company"):
        gains = []
        for cases_of in seeds:
            of = [each for each in cases_of if each.level == level]
            naive = sum(abs(each.naive - each.actual) for each in of)
            gains.append(sum(abs(each.forecast - each.actual) for each in of) / naive - 1)
        sys.stdout.write(
            f"{level:10} gain by seed: mean {mean(gains):+.0%}, from {min(gains):+.0%} to {max(gains):+.0%}\n"
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--home", type=Path, help="measure the months of a home instead, such as the demo's")
    asked.add_argument("--demo", type=int, default=0, help="measure so many demos, which end eleven days apart")
    asked.add_argument("--seeds", default="201-206", help="first-last")
    asked.add_argument("--day", type=int, default=10)
    asked.add_argument("--zone", default="Europe/Berlin", help="of the home")
    told = asked.parse_args()
    if told.demo:
        demos = [demo(LAST_DEMO - number * DEMOS_APART, told.day) for number in range(told.demo)]
        met = tell(f"{told.demo} demos, day {told.day}", [each for every in demos for each in every])
        tell_spread(demos)
    elif told.home:
        with Warehouse.open(told.home) as warehouse:
            hours = warehouse.query(HOURS)
            known = partial(known_prices, warehouse)
            met = tell(f"{told.home}, day {told.day}", list(cases(hours, ZoneInfo(told.zone), told.day, known=known)))
    else:
        first, last = map(int, told.seeds.split("-"))
        found = [generated(seed, told.day) for seed in range(first, last + 1)]
        tell(f"labelled spend, seeds {told.seeds}, day {told.day}", [each for every, _ in found for each in every])
        tell_spread([every for every, _ in found])
        title = "of these, series to which nothing new happens after it"
        met = tell(title, [each for _, calm in found for each in calm])
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
