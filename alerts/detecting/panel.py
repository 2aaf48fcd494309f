"""Hourly spend as arrays: a row per series, a column per hour; laid out once, then read hour by hour."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from alerts.detecting.hours import EPOCH, Hour, Walls
from alerts.detecting.state import WEEK, Flags, Floats, Indices

STEADY = 0.9 * WEEK  # a company that is heard in so many hours of a week does not fall silent by itself
SUMS = ("cost_usd", "calls", "tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class Panel:
    """The hours of every series; column 0 is the hour `first` (hours since 1970)."""

    keys: tuple[Hashable, ...]
    first: int
    heard: Flags  # (series, hours)
    sums: tuple[Floats, ...]  # (series, hours) of each of SUMS
    walls: Walls
    fleet: Indices
    whole_of: Indices
    model_of: Indices
    heirs: Flags

    @classmethod
    def of(
        cls,
        rows: pl.DataFrame,
        zones: Sequence[ZoneInfo],
        keys: Sequence[Hashable],
        *,
        absent_is_zero: bool,
        first: datetime | None = None,
        until: datetime | None = None,
        heard_before: Sequence[datetime] = (),
        begun: Flags | None = None,
        whole_of: Sequence[int] | None = None,
        model_of: Sequence[int] | None = None,
        heirs: Flags | None = None,
    ) -> Self:
        """Lay out rows of `series` (the number of its key), `hour_at` (naive UTC) and SUMS; several an hour add up.

        A series begins with its first row, or with `begins` (naive UTC) where that column stands. From then on an hour
        without a row is unknown, or zero when `absent_is_zero`: then only an hour in which nobody was heard, although
        somebody was in nearly every hour of the week before, is unknown, because then the pipe was down.
        `heard_before` are hours of that week, before `first`, whose rows need not be laid out; series that had `begun`
        before it may have no row at all. `whole_of` says which series sum others up: the row of the whole, by series;
        `model_of` which are models of a workflow that is a series, too: its row; `heirs` which
        of these were all of it before.
        """
        at = rows.select(((pl.col("hour_at") - EPOCH).dt.total_hours()).alias("at"))["at"].to_numpy()
        begin = _number(first) if first else int(at.min())
        width = max(_number(until) if until else int(at.max()) + 1, begin) - begin
        row, column = rows["series"].to_numpy().astype(np.int64), at - begin
        inside = (column >= 0) & (column < width)
        cells = (row[inside], column[inside])
        heard = np.zeros((len(keys), width), dtype=np.bool_)
        heard[cells] = True
        if absent_is_zero:
            begins = _begins(rows, len(keys)) - begin
            if begun is not None:
                begins[: len(begun)][begun] = 0
            earlier = np.array([_number(each) for each in heard_before], dtype=np.int64) - begin
            heard = _somebody(np.concatenate([earlier, column]), width) & (np.arange(width) >= begins[:, None])
        sums = tuple(_laid_out(rows[name].fill_null(0).to_numpy()[inside], cells, heard.shape) for name in SUMS)
        fleet = np.zeros(len(keys), dtype=np.int64)
        parts = np.array([-1] * len(keys) if whole_of is None else whole_of, dtype=np.int64)
        nobody = np.zeros(len(keys), dtype=np.bool_)
        models = np.array([-1] * len(keys) if model_of is None else model_of, dtype=np.int64)
        return cls(
            tuple(keys), begin, heard, sums, Walls.of(zones), fleet, parts, models, nobody if heirs is None else heirs
        )

    @property
    def end(self) -> int:
        """The hour after the last one."""
        return self.first + int(self.heard.shape[1])

    def hour(self, at: int) -> Hour:
        """One hour; raises IndexError outside the panel."""
        if not self.first <= at < self.end:
            raise IndexError(f"hour {at} is not in {self.first} to {self.end}")
        column = at - self.first
        cost, calls, tokens, output = (grid[:, column] for grid in self.sums)
        clocks = self.walls.clocks(at)
        heard, fleet = self.heard[:, column], self.fleet
        return Hour(at, heard, cost, calls, tokens, output, clocks, fleet, self.whole_of, self.model_of, self.heirs)


def _number(instant: datetime) -> int:
    return int((instant - EPOCH).total_seconds() // 3600)


def _laid_out(values: npt.NDArray[np.generic], cells: tuple[Indices, Indices], shape: tuple[int, ...]) -> Floats:
    grid = np.zeros(shape)
    np.add.at(grid, cells, values.astype(np.float64))
    return grid


def _begins(rows: pl.DataFrame, count: int) -> Indices:
    first = pl.col("begins") if "begins" in rows.columns else pl.col("hour_at")
    begun = rows.group_by("series").agg(((first.min() - EPOCH).dt.total_hours()).alias("at"))
    found = np.full(count, np.iinfo(np.int64).max // 2, dtype=np.int64)
    found[begun["series"].to_numpy()] = begun["at"].to_numpy()
    return found


def _somebody(column: Indices, width: int) -> Flags:
    """The hours that were heard; those before the panel, back to a week, say how steady that is."""
    back = np.zeros(width + WEEK, dtype=np.bool_)
    known = (column >= -WEEK) & (column < width)
    back[column[known] + WEEK] = True
    before = np.concatenate([[0], np.cumsum(back)])
    week = before[WEEK : WEEK + width] - before[:width]
    somebody: Flags = back[WEEK:] | (week < STEADY)
    return somebody
