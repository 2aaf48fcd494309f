"""Try every method on days that are over, from one origin after the other, and pick the one that came closest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from alerts.forecasting.methods import METHODS, UNTRIED, WEEK
from alerts.forecasting.oneoffs import without_one_offs

Floats = npt.NDArray[np.float64]

ORIGINS = range(7, 36, 2)  # days before the last one from which it is forecast again
FEWEST_BEFORE = 14  # days an origin needs behind it: two weeks have a shape
HALF_LIFE = 28  # days: a method that was right lately is worth more than one that was right in spring


@dataclass(frozen=True, slots=True)
class Tried:
    """One forecast made again from a day that is over: what it said, and what came."""

    forecast_usd: float
    actual_usd: float


@dataclass(frozen=True, slots=True)
class Choice:
    """How one leaf goes on: by which method, day by day, and how that method did before (by days before the last)."""

    method: str
    daily: Floats
    tried: Mapping[int, Tried]


def choose(daily: Floats, count: int) -> Choice:
    """As `chosen`, and remembered: the same leaf is part of its team's, its account's and the company's spend."""
    return _remembered(daily.tobytes(), count)


@lru_cache(maxsize=4096)  # some thousand leaves: of each the ten weeks before today, which change once a day
def _remembered(daily: bytes, count: int) -> Choice:
    return chosen(np.frombuffer(daily, dtype=np.float64), count)


def chosen(daily: Floats, count: int) -> Choice:
    """Forecast the `count` days after a leaf's days (from its first spend on) by the method that did best on them.

    What is tried is the sum over as many days, or as many as there are. One-offs are left out of what is learned and of
    the comparison, but not of `tried`: what happened once may happen again, and a range must know it.
    """
    if len(daily) < WEEK:
        mean = float(daily.mean()) if len(daily) else 0.0
        return Choice("mean day", np.full(count, mean), {})
    learned = without_one_offs(daily)
    said: dict[tuple[str, int], float] = {}
    errors = dict.fromkeys(METHODS, 0.0)
    origins = [back for back in ORIGINS if len(learned) - back >= FEWEST_BEFORE]
    for back in origins:
        origin, ahead = len(learned) - back, min(count, back)
        came = float(learned[origin : origin + ahead].sum())
        for name, method in METHODS.items():
            said[name, back] = float(method(learned[:origin], ahead).sum())
            errors[name] += 0.5 ** (back / HALF_LIFE) * abs(said[name, back] - came) / ahead
    if not origins:
        return Choice(UNTRIED, METHODS[UNTRIED](learned, count), {})
    worst = max(errors.values()) or 1.0
    best = min(errors, key=lambda name: round(errors[name] / worst, 6))
    tried = {
        back: Tried(said[best, back], float(daily[len(daily) - back :][: min(count, back)].sum())) for back in origins
    }
    return Choice(best, METHODS[best](learned, count), tried)
