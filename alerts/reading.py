"""Read one episode: what its hours cost, what they should have cost, and what made the difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from alerts.baseline import WEEKLY_FROM, Expected, Ordinary
from alerts.drivers import Usage
from alerts.history import WEEK, History, Indices

FOUR_WEEKS = 4 * WEEK  # hours: what a call usually takes and costs is read from these


@dataclass(frozen=True, slots=True)
class Reading:
    """What an episode cost from `since` to `until`, against what was to be expected."""

    since: datetime
    until: datetime
    actual: Usage
    expected: Usage
    last_hour_usd: float
    rising: bool  # the last hour exceeded the usual by more than the hour before it did
    model: str | None  # with most of the excess
    model_share: float  # of the excess, 0..1
    basis: str  # 'the same hour of 8 earlier weeks'
    score: float  # robust standard deviations of the window that decided
    window_hours: int


def read(history: History, before: Ordinary, until: int, *, score: float, window_hours: int) -> Reading | None:
    """The reading of an episode up to the column `until`; None when its hours cost no more than usual.

    `before` is the baseline of its one series as it stood when it opened, so all its hours go by the same rule.
    """
    row, since = int(before.rows[0]), before.column
    columns = np.arange(since, until)
    expected = before.expected(np.zeros_like(columns), columns, np.ones_like(columns))
    usual: float = expected.usual_usd.sum().item()
    grids = (history.cost_usd, history.calls, history.tokens)
    actual = Usage(*(float(grid[row, since:until].sum()) for grid in grids))
    if actual.cost_usd <= usual:
        return None
    over = history.cost_usd[row, since:until] - expected.usual_usd
    hours = before.hours(0, since - FOUR_WEEKS)
    model, share = _model(history, row, columns, hours, usual)
    return Reading(
        since=history.hour(since),
        until=history.hour(until),
        actual=actual,
        expected=_usual(Usage(*(float(grid[row, hours].sum()) for grid in grids)), usual),
        last_hour_usd=history.cost_usd[row, until - 1].item(),
        rising=len(over) < 2 or bool(over[-1] > over[-2]),
        model=model,
        model_share=share,
        basis=_basis(expected),
        score=score,
        window_hours=window_hours,
    )


def _usual(month: Usage, expected_usd: float) -> Usage:
    """The calls and tokens that the expected spend would have taken at the usual size and price of a call."""
    share = expected_usd / month.cost_usd if month.cost_usd > 0 else 0.0
    return Usage(expected_usd, month.calls * share, month.tokens * share)


def _model(
    history: History, row: int, columns: Indices, ordinary: Indices, usual_usd: float
) -> tuple[str | None, float]:
    """The model with most of the excess, and its share of it; a model's usual spend is its part of the usual mix."""
    leaves = np.flatnonzero(history.leaf_of == row)
    now = history.leaf_cost_usd[np.ix_(leaves, columns)].sum(axis=1)
    before = history.leaf_cost_usd[np.ix_(leaves, ordinary)].sum(axis=1)
    usual = usual_usd * before / before.sum() if before.sum() > 0 else np.zeros(len(leaves))
    excess = now - usual
    most = int(np.argmax(excess))
    return history.models[leaves[most]], float(min(1.0, excess[most] / (now.sum() - usual_usd)))


def _basis(expected: Expected) -> str:
    samples = int(np.median(expected.samples))
    if bool(expected.weekly.all()):
        return f"the same hour of {samples} earlier weeks"
    return f"the same hour of {samples} earlier days (under {WEEKLY_FROM} weeks to compare with)"
