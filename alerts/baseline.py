"""What an hour should have cost: the same hour of earlier weeks, in the ordinary hours only.

Nothing at or after the hour being judged is read, so a decision never changes when the future arrives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from alerts.history import WEEK, Flags, Floats, History, Indices

DAY = 24  # hours
WEEKS = 8  # two months: enough for a median, short enough to forget a product that changed
WEEKLY_FROM = 3  # samples; a median of fewer weeks is one of them
DAYS = 20  # for a young series: the same hour of the days before, in up to three weeks
DAILY_FROM = 5  # samples
LOOKBACK = (WEEKS + 1) * WEEK + 2 * DAY
GROWTH = (0.5, 3.0)  # +80 % a month is ×3 in two months; more is no growth but an event
PAIRS_FROM = WEEK // 2  # ordinary hours that two weeks must share before one is scaled to the other
MAD_TO_SD = 1.4826  # of a normal distribution
TASK_CALLS = 3.0  # calls come by the task; so many at once say nothing
TASK_SPREAD = 2.0  # 1 + the squared variation of what tasks cost: a sum of n tasks varies by their number alone
MARGIN = np.array([-1, 0, 1])  # hours: a job may start an hour early or late


@dataclass(frozen=True, slots=True)
class Expected:
    """What was to be expected at some points, one entry each."""

    usual_usd: Floats  # the middle of the samples
    allowed_usd: Floats  # the highest middle within an hour either way: what is held against the actual
    spread_usd: Floats  # one robust standard deviation
    samples: Indices  # how many weeks or days it rests on; 0 = nothing to compare with
    weekly: Flags  # weeks, else days


@dataclass(frozen=True, slots=True)
class Ordinary:
    """The hours before `column` that may serve as a baseline of some series. Positions are columns from `offset` on."""

    history: History
    rows: Indices  # the series; below, each array has one row per entry here
    column: int
    offset: int
    unfit_before: Indices  # (series, hours + 1): how many unfit hours lie before a position
    growth: Floats  # (series, weeks): last week ÷ the week k weeks before it, hour by hour
    per_call_usd: Floats  # (series,): over the last week

    @classmethod
    def before(
        cls, history: History, rows: Indices, column: int, unfit: Iterable[tuple[int, int, int]], begins: Indices
    ) -> Self:
        """Leave out what was not observed, what lies before a series `begins`, and the `unfit` spans.

        A span is (series, first column, column after the last): the hours of an incident.
        """
        offset = max(0, column - LOOKBACK)
        width = column - offset
        fit = np.broadcast_to(history.observed[offset:column], (len(rows), width)).copy()
        fit &= np.arange(offset, column) >= begins[rows][:, None]
        for series, since, until in unfit:
            fit[rows == series, max(since - offset, 0) : max(until - offset, 0)] = False
        unfit_before = np.zeros((len(rows), width + 1), dtype=np.int64)
        np.cumsum(~fit, axis=1, out=unfit_before[:, 1:])
        return cls(
            history=history,
            rows=rows,
            column=column,
            offset=offset,
            unfit_before=unfit_before,
            growth=_growth(history.cost_usd[rows, offset:column], fit),
            per_call_usd=_per_call(history, rows, column),
        )

    def hours(self, at: int, since: int) -> Indices:
        """The columns from `since` on that are ordinary hours of the series at this place in `rows`."""
        unfit = np.diff(self.unfit_before[at])
        fit: Indices = np.flatnonzero(unfit == 0) + self.offset
        return fit[fit >= since]

    def expected(self, at: Indices, columns: Indices, windows: Indices) -> Expected:
        """For each point (a place in `rows`, the column a window ends with, the window's hours): its expected cost."""
        weeks = np.arange(1, WEEKS + 1) * WEEK
        values, fit = self._samples(at, columns, weeks, windows)
        values = values * self.growth[at][:, None, :]
        middles, counts = _middle(values, fit)
        usual, allowed, samples = middles[:, 1], middles.max(axis=1), counts[:, 1]
        mean = _mean(values, fit)
        spread = _spread(values[:, 1], fit[:, 1], usual)
        weekly = samples >= WEEKLY_FROM
        if not weekly.all():
            young = ~weekly
            last_weeks = np.where(fit[young], values[young], 0.0).max(axis=(1, 2))
            days = np.arange(1, DAYS + 1) * DAY
            values, fit = self._samples(at[young], columns[young], days, windows[young])
            middles, counts = _middle(values, fit)
            usual[young], samples[young] = middles[:, 1], np.where(counts[:, 1] >= DAILY_FROM, counts[:, 1], 0)
            # With days alone a weekly job would be news every week; what the same hour of last week cost is not news.
            allowed[young] = np.maximum(middles.max(axis=1), last_weeks)
            spread[young] = _spread(values[:, 1], fit[:, 1], usual[young])
            mean[young] = _mean(values, fit)
        # Where a task now and then is usual the middle is nothing; the mean knows of them. One task is always chance.
        task_usd = TASK_CALLS * self.per_call_usd[at]
        chance = TASK_SPREAD * np.maximum(allowed, mean) * task_usd + task_usd**2
        return Expected(usual, allowed, np.sqrt(spread**2 + chance), samples, weekly)

    def _samples(self, at: Indices, columns: Indices, back: Indices, windows: Indices) -> tuple[Floats, Flags]:
        last = self.column - self.offset
        ends = columns[:, None, None] + MARGIN[:, None] - back - self.offset + 1
        starts = ends - windows[:, None, None]
        fit = (starts >= 0) & (ends <= last)
        ends, starts = np.minimum(np.maximum(ends, 0), last), np.minimum(np.maximum(starts, 0), last)
        place, series = at[:, None, None], self.rows[at][:, None, None]
        fit &= self.unfit_before[place, ends] == self.unfit_before[place, starts]
        running = self.history.running_usd
        return running[series, ends + self.offset] - running[series, starts + self.offset], fit


def _middle(values: Floats, fit: Flags) -> tuple[Floats, Indices]:
    """The median of the fit samples along the last axis (0 where there are none), and how many there are."""
    counts: Indices = np.count_nonzero(fit, axis=-1)
    ordered = np.sort(np.where(fit, values, np.inf), axis=-1).reshape(-1, values.shape[-1])
    found, flat = np.arange(len(ordered)), counts.ravel()
    middle = np.zeros(len(ordered))
    some = found[flat > 0]
    middle[some] = (ordered[some, (flat[some] - 1) // 2] + ordered[some, flat[some] // 2]) / 2
    return middle.reshape(counts.shape), counts


def _mean(values: Floats, fit: Flags) -> Floats:
    """Over all samples of a point, those of the hours beside it too."""
    mean: Floats = np.where(fit, values, 0.0).sum(axis=(1, 2)) / np.maximum(fit.sum(axis=(1, 2)), 1)
    return mean


def _spread(values: Floats, fit: Flags, middle: Floats) -> Floats:
    return MAD_TO_SD * _middle(np.abs(values - middle[:, None]), fit)[0]


def _growth(cost_usd: Floats, fit: Flags) -> Floats:
    series, width = cost_usd.shape
    hours = (WEEKS + 1) * WEEK
    cost, good = np.zeros((series, hours)), np.zeros((series, hours), dtype=np.bool_)
    kept = min(width, hours)
    if kept:
        good[:, hours - kept :] = fit[:, width - kept :]
        cost[:, hours - kept :] = cost_usd[:, width - kept :] * fit[:, width - kept :]
    cost, good = cost.reshape(series, WEEKS + 1, WEEK)[:, ::-1], good.reshape(series, WEEKS + 1, WEEK)[:, ::-1]
    shared = good[:, :1] & good[:, 1:]
    recent = np.einsum("sjh,swh->sw", cost[:, :1], shared)
    earlier = np.einsum("swh,sjh->sw", cost[:, 1:], good[:, :1])
    usable = (shared.sum(axis=2) >= PAIRS_FROM) & (earlier > 0) & (recent > 0)
    times = np.divide(recent, earlier, out=np.ones_like(recent), where=usable)
    growth: Floats = np.clip(times, *GROWTH)
    return growth


def _per_call(history: History, rows: Indices, column: int) -> Floats:
    week = slice(max(0, column - WEEK), column)
    calls = history.calls[rows, week].sum(axis=1)
    cost: Floats = history.cost_usd[rows, week].sum(axis=1)
    per_call: Floats = np.divide(cost, calls, out=np.zeros_like(cost), where=calls > 0)
    return per_call
