"""Hourly spend as arrays: a row per team and workflow, a column per hour; built once, then only sliced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

HOUR = timedelta(hours=1)

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

SERIES = ["team", "workflow"]
WEEK = 168  # hours
STEADY = 0.9 * WEEK  # a company that is heard in so many hours of a week does not fall silent by itself


@dataclass(frozen=True, slots=True)
class Key:
    """Whose spend a row is; None = Unattributed, or no workflow named."""

    team: str | None
    workflow: str | None


@dataclass(frozen=True, slots=True)
class History:
    """The hours of every series. Column 0 is `first_hour`; instants are naive UTC.

    An hour in which a series spent nothing is 0. An hour in which nobody sent anything, although somebody did in nearly
    every hour of the week before, is not observed: the pipe was down, and it says nothing about any series.
    """

    first_hour: datetime
    keys: tuple[Key, ...]
    cost_usd: Floats  # (series, hours)
    calls: Floats
    tokens: Floats
    observed: Flags  # (hours,)
    begins: Indices  # (series,): the column of its first spend, negative when it lies before column 0
    models: tuple[str | None, ...]  # of the leaves
    leaf_of: Indices  # (leaves,): the series a leaf belongs to
    leaf_cost_usd: Floats  # (leaves, hours): the series' spend by model
    running_usd: Floats  # (series, hours + 1): what was spent before a column, so that any window is one subtraction

    @classmethod
    def of(cls, hours: pl.DataFrame, until: datetime | None = None) -> Self:
        """Lay out rows of hour_at, team, workflow, model, calls, tokens, cost_usd (several per hour are added up).

        A column `first_at` (the series' first hour ever) may stand beside them when the frame begins later than the
        series did. `until` (the end of the last hour) adds hours in which nothing came after the last row.
        Raises ValueError when there are no rows.
        """
        if hours.is_empty():
            raise ValueError("no hours to look at; refresh the warehouse first")
        first_hour: datetime = hours.select(pl.col("hour_at").min()).item()
        rows = hours.with_columns(
            ((pl.col("hour_at") - first_hour).dt.total_hours()).alias("column"),
            pl.col("cost_usd", "calls", "tokens").cast(pl.Float64),
        )
        rows = _numbered(rows, SERIES, "series")
        rows = _numbered(rows, [*SERIES, "model"], "leaf")
        keys = rows.select("series", *SERIES).unique().sort("series")
        leaves = rows.select("leaf", "series", "model").unique().sort("leaf")
        last: int = rows.select(pl.col("column").max()).item()
        width = max(last + 1, (until - first_hour) // HOUR if until else 0)
        cost_usd = _laid_out(rows, "series", "cost_usd", keys.height, width)
        return cls(
            first_hour=first_hour,
            keys=tuple(Key(team, workflow) for _, team, workflow in keys.iter_rows()),
            cost_usd=cost_usd,
            calls=_laid_out(rows, "series", "calls", keys.height, width),
            tokens=_laid_out(rows, "series", "tokens", keys.height, width),
            observed=_observed(rows["column"].to_numpy(), width),
            begins=_begins(rows, first_hour),
            models=tuple(leaves["model"].to_list()),
            leaf_of=leaves["series"].to_numpy().astype(np.int64),
            leaf_cost_usd=_laid_out(rows, "leaf", "cost_usd", leaves.height, width),
            running_usd=np.concatenate([np.zeros((keys.height, 1)), np.cumsum(cost_usd, axis=1)], axis=1),
        )

    @property
    def width(self) -> int:
        """How many hours there are."""
        return int(self.cost_usd.shape[1])

    def column(self, hour: datetime) -> int:
        """The column of an hour; may lie outside."""
        return (hour - self.first_hour) // HOUR

    def hour(self, column: int) -> datetime:
        """The hour a column stands for."""
        return self.first_hour + column * HOUR


def _numbered(rows: pl.DataFrame, by: list[str], name: str) -> pl.DataFrame:
    names = rows.select(by).unique().sort(by, nulls_last=True).with_row_index(name)
    return rows.join(names, on=by, how="left", nulls_equal=True)


def _laid_out(rows: pl.DataFrame, by: str, value: str, height: int, width: int) -> Floats:
    grid = np.zeros((height, width))
    np.add.at(grid, (rows[by].to_numpy(), rows["column"].to_numpy()), rows[value].fill_null(0.0).to_numpy())
    return grid


def _observed(columns: Indices, width: int) -> Flags:
    heard = np.zeros(width, dtype=np.bool_)
    heard[columns] = True
    before = np.concatenate([[0], np.cumsum(heard)])
    week = before[np.arange(width)] - before[np.maximum(np.arange(width) - WEEK, 0)]
    observed: Flags = heard | (week < STEADY)
    return observed


def _begins(rows: pl.DataFrame, first_hour: datetime) -> Indices:
    first_at = pl.col("first_at") if "first_at" in rows.columns else pl.col("hour_at")
    begun = rows.group_by("series").agg(((first_at.min() - first_hour).dt.total_hours()).alias("begins"))
    return begun.sort("series")["begins"].to_numpy().astype(np.int64)
