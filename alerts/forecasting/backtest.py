"""Try every method on days that are over, from one origin after the other, and weigh each by how close it came.

What goes on is the middle of all by those weights: picking the best of eight is picking the luckiest, and
their mean follows whichever is most wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from alerts.forecasting.growth import WEEK
from alerts.forecasting.methods import METHODS, UNTRIED
from alerts.forecasting.oneoffs import without_one_offs

Floats = npt.NDArray[np.float64]

ORIGINS = range(7, 36, 2)  # days before the last one from which it is forecast again
FEWEST_BEFORE = 14  # days an origin needs behind it: two weeks have a shape
HALF_LIFE = 28  # days: a method that was right lately is worth more than one that was right in spring
SHARPNESS = 3  # twice as far off weighs an eighth
LEAST_ERROR = 0.01  # of a usual day: nothing was so right that the others need not be heard


@dataclass(frozen=True, slots=True)
class Tried:
    """One forecast made again from a day that is over: what it said, and what came."""

    forecast_usd: float
    actual_usd: float


@dataclass(frozen=True, slots=True)
class Choice:
    """How one leaf goes on day by day, the method that weighs most, and how it did before (by days before the last)."""

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
    """Forecast the `count` days after a leaf's days (from its first spend on): the middle of what all methods say.

    What is tried is the sum over as many days, or as many as there are. One-offs are left out of what is learned and of
    the comparison, but not of `tried`: what happened once may happen again, and a range must know it.
    """
    if len(daily) < WEEK:
        mean = float(daily.mean()) if len(daily) else 0.0
        return Choice("mean day", np.full(count, mean), {})
    learned = without_one_offs(daily)
    origins = [back for back in ORIGINS if len(learned) - back >= FEWEST_BEFORE]
    if not origins:
        return Choice(UNTRIED, METHODS[UNTRIED](learned, count), {})
    said = {back: _said(learned[: len(learned) - back], min(count, back)) for back in origins}
    weights = _weights(learned, said, count)
    ahead = [method(learned, count) for method in METHODS.values()]
    middle = _middle([float(days.sum()) for days in ahead], weights)
    tried = {back: Tried(sums[_middle(sums, weights)], _came(daily, back, count)) for back, sums in said.items()}
    heaviest = list(METHODS)[int(np.argmax(np.round(weights / weights.max(), 6)))]
    return Choice(heaviest, ahead[middle], tried)


def _said(days: Floats, count: int) -> list[float]:
    """What each method makes of the `count` days after these, in all."""
    return [float(method(days, count).sum()) for method in METHODS.values()]


def _came(days: Floats, back: int, count: int) -> float:
    origin = len(days) - back
    return float(days[origin : origin + min(count, back)].sum())


def _weights(learned: Floats, said: Mapping[int, Sequence[float]], count: int) -> Floats:
    """What each method's word is worth: the farther off a day it usually was, lately above all, the less."""
    errors, seen = np.zeros(len(METHODS)), 0.0
    for back, sums in said.items():
        recent = 0.5 ** (back / HALF_LIFE)
        errors += recent * np.abs(np.array(sums) - _came(learned, back, count)) / min(count, back)
        seen += recent
    usual_day = float(learned[-4 * WEEK :].mean())
    weights: Floats = (errors / seen / max(usual_day, 1e-9) + LEAST_ERROR) ** -SHARPNESS
    return weights


def _middle(sums: Sequence[float], weights: Floats) -> int:
    """Which one of them half of the weight is below, and half above."""
    order = np.argsort(sums, kind="stable")
    grown = np.cumsum(weights[order])
    return int(order[int(np.searchsorted(grown, grown[-1] / 2))])
