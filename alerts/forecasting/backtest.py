"""Try every method on days that are over, from one origin after the other, and weigh each by how close it came.

What goes on is the middle third of all by those weights: picking the best is picking the luckiest, and the mean of all
follows whichever is most wrong. A few origins that share their days are little proof, so each method begins with how
far off it usually is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from alerts.forecasting.growth import WEEK
from alerts.forecasting.methods import METHODS
from alerts.forecasting.oneoffs import without_one_offs

Floats = npt.NDArray[np.float64]

ORIGINS = range(7, 36, 2)  # days before the last one from which it is forecast again
FEWEST_BEFORE = 14  # days an origin needs behind it: two weeks have a shape
HALF_LIFE = 28  # days: a method that was right lately is worth more than one that was right in spring
SHARPNESS = 9  # a twelfth farther off weighs half
MIDDLE = (1 / 3, 2 / 3)  # of all, ordered by what they come to: on either side a third is too wrong to follow
USUAL_TRIES = 6  # what is usual of a method counts as so many tries of today
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
    said = {back: np.array([days.sum() for days in _said(learned[:-back], min(count, back))]) for back in origins}
    weights = _weights(learned, said, count)
    ahead = _said(learned, count)
    shares = _middle_third(ahead.sum(axis=1), weights)
    tried = {
        back: Tried(float(_middle_third(sums, weights) @ sums), _came(daily, back, count))
        for back, sums in said.items()
    }
    return Choice(list(METHODS)[int(np.argmax(np.round(weights / weights.max(), 6)))], shares @ ahead, tried)


def _said(days: Floats, count: int) -> Floats:
    """What each method makes of the `count` days after these, a row each."""
    return np.array([method(days, count) for method, _ in METHODS.values()])


def _came(days: Floats, back: int, count: int) -> float:
    origin = len(days) - back
    return float(days[origin : origin + min(count, back)].sum())


def _weights(learned: Floats, said: Mapping[int, Floats], count: int) -> Floats:
    """What each method's word is worth: the farther off a day it usually was, lately above all, the less."""
    usual = np.array([times for _, times in METHODS.values()])
    if not said:
        return usual**-SHARPNESS
    errors, seen = np.zeros(len(METHODS)), 0.0
    for back, sums in said.items():
        recent = 0.5 ** (back / HALF_LIFE)
        errors += recent * np.abs(sums - _came(learned, back, count)) / min(count, back)
        seen += recent
    errors = (errors + USUAL_TRIES * usual * errors.mean() / seen) / (seen + USUAL_TRIES)
    usual_day = float(learned[-4 * WEEK :].mean())
    weights: Floats = (errors / max(usual_day, 1e-9) + LEAST_ERROR) ** -SHARPNESS
    return weights


def _middle_third(sums: Floats, weights: Floats) -> Floats:
    """The share of each in the mean of the middle third, by weight; together 1."""
    order = np.argsort(sums, kind="stable")
    grown = np.cumsum(weights[order]) / weights.sum()
    low, high = MIDDLE
    shares = np.empty(len(sums))
    shares[order] = np.diff(np.clip(grown, low, high), prepend=low) / (high - low)
    return shares
