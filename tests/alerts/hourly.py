"""Series of hourly spend for the detector: shapes of `spend` as the rows and panels it reads."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import polars as pl
from spend import HOUR, MONDAY, Shape

from alerts.detecting import Decision, Opened, Panel, State, Thresholds, fresh, tick

UTC = ZoneInfo("UTC")
THRESHOLDS = Thresholds()


def rows(
    shape: Shape,
    hours: int,
    *,
    series: str = "a",
    tokens_per_call: Shape = lambda hour: 2000.0,
    usd_per_call: Shape = lambda hour: 0.05,
) -> pl.DataFrame:
    """Rows as `read_spend` gives them; an hour of less than nothing has no row."""
    told = [hour for hour in range(hours) if shape(hour) >= 0]
    calls = [max(round(shape(hour) / usd_per_call(hour)), 0) for hour in told]
    return pl.DataFrame(
        {
            "series_id": [series] * len(told),
            "hour_at": [MONDAY + hour * HOUR for hour in told],
            "calls": [float(count) for count in calls],
            "input_tokens": [0.8 * count * tokens_per_call(hour) for count, hour in zip(calls, told, strict=True)],
            "output_tokens": [0.2 * count * tokens_per_call(hour) for count, hour in zip(calls, told, strict=True)],
            "cost_usd": [shape(hour) for hour in told],
        }
    )


def panel(shapes: Mapping[str, Shape], hours: int, *, zone: ZoneInfo = UTC, until: int | None = None) -> Panel:
    frame = pl.concat([rows(shape, hours, series=name) for name, shape in shapes.items()])
    names = list(shapes)
    numbered = frame.with_columns(
        pl.col("series_id").replace_strict(names, list(range(len(names)))).alias("series"),
        (pl.col("input_tokens") + pl.col("output_tokens")).alias("tokens"),
    )
    end = MONDAY + until * HOUR if until is not None else None
    return Panel.of(numbered, [zone] * len(names), names, absent_is_zero=False, first=MONDAY, until=end)


def told(made: Panel, state: State | None = None, since: int = 0) -> list[Decision]:
    """All decisions of a panel, hour by hour from `since`."""
    known = state or fresh(len(made.keys), THRESHOLDS)
    decisions: list[Decision] = []
    for at in range(made.first + since, made.end):
        decisions += tick(known, made.hour(at), THRESHOLDS)
    return decisions


def opened(made: Panel) -> list[int]:
    """The hours (since the Monday) whose close opened something."""
    return [decision.at - made.first for decision in told(made) if isinstance(decision, Opened)]
