"""Level and growth of a series of days, told by all of its last weeks: each day counts less the older and the odder.

A line through the logarithms, on the usual shape of a week. How much of a slope is believed is a temper: what is steady
must show for weeks that it grows otherwise than spend usually does, what is lively may change course. Which one a
series has, days that are over tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEK = 7
WEEKS = 10  # that tell the shape, the level and the slope: all that is asked for
FEWEST_DAYS = 14  # below which there is no slope
ROUNDS = 4  # of weighing: after them odd days weigh little and the rest no longer changes
ODD = 1.5  # times the usual distance: what is farther away weighs the less the farther it is
LEAST_SPREAD = 0.02  # in logarithms: nothing is so steady that a fiftieth is odd
QUIET = 0.02  # of the week: a day that usually has less of it tells nothing of the level
# In logarithms a day: what spend on models is expected to grow by where its own days do not tell, a sixteenth a month.
# Without it a fleet is foretold too low everywhere: noise hides a growth that all workflows have.
DRIFT = 0.002
FADES_DAYS = 40  # a slope comes to so many days' worth in all
MOST_GROWTH = 0.35  # in logarithms: what came to more than 1.4 times its level were launches, one after another


@dataclass(frozen=True, slots=True)
class Temper:
    """How fast a series forgets, and how steep it is believed to be."""

    half_life_days: float  # a day so old counts half
    usual_slope: float  # in logarithms a day: slopes so far from the drift need more than noise to be believed


STEADY = Temper(25, 0.0015)
LIVELY = Temper(10, 0.004)
GROWING = Temper(25, 0.01)
FAST = Temper(25, 0.02)


def grown(daily: Floats, count: int, temper: Temper) -> Floats:
    """The `count` days after these (a week of them at least), at the level and growth that the last weeks tell."""
    if len(daily) < FEWEST_DAYS:
        return np.resize(daily[-WEEK:], count)
    weeks = daily[-WEEK * min(len(daily) // WEEK, WEEKS) :].reshape(-1, WEEK)
    shape = shape_of(weeks)
    days, usual = weeks.ravel(), np.tile(shape, len(weeks))
    telling = (usual > QUIET) & (days > 0)
    if int(telling.sum()) < WEEK:
        return np.resize(daily[-WEEK:], count)
    ago = np.flatnonzero(telling).astype(np.float64) - (len(days) - 1)
    level, slope = _line(np.log(days[telling] / usual[telling]), ago, np.minimum(usual[telling] * WEEK, 1), temper)
    ahead = np.arange(1, count + 1)
    growth = slope * FADES_DAYS * (1 - np.exp(-ahead / FADES_DAYS))
    forecast: Floats = np.resize(shape, count) * np.exp(level + np.clip(growth, -MOST_GROWTH, MOST_GROWTH))
    return forecast


def _line(logs: Floats, ago: Floats, busy: Floats, temper: Temper) -> tuple[float, float]:
    """Level today and slope a day of a weighted line, its slope drawn to the drift."""
    recent = busy * 0.5 ** (-ago / temper.half_life_days)
    off = logs - _middle(logs)
    level = slope = 0.0
    for _ in range(ROUNDS):
        noise = 1.4826 * _middle(np.abs(off - _middle(off)))
        spread = noise + LEAST_SPREAD
        weights = recent * np.minimum(1, ODD * spread / np.maximum(np.abs(off), 1e-9))
        total = float(weights.sum())
        mean_ago, mean = float(weights @ ago) / total, float(weights @ logs) / total
        weighed = weights * ago
        # The slope is drawn to the drift, and the level is where the line is today: the two are solved together.
        # What never varies tells its slope by itself.
        drawn, expected = (spread / temper.usual_slope) ** 2, DRIFT * noise / spread
        slope = (float(weighed @ logs) - total * mean_ago * mean + drawn * expected) / (
            float(weighed @ ago) + drawn - total * mean_ago * mean_ago
        )
        level = mean - slope * mean_ago
        off = logs - level - slope * ago
    # The line goes through the middle of logarithms; days that are added up need their mean.
    mean_of_days = float(weights @ np.exp(logs)) / float(weights @ np.exp(logs - off))
    return level + float(np.log(mean_of_days)), slope


def _middle(values: Floats) -> float:
    """The median of some tens of numbers, without what np.median costs for that."""
    return float(np.sort(values)[len(values) // 2])


def shape_of(weeks: Floats) -> Floats:
    """What of a week each of its days usually has; their sum is 1."""
    sums = weeks.sum(axis=1, keepdims=True)
    spent = sums[:, 0] > 0
    shape = np.median(weeks[spent] / sums[spent], axis=0) if spent.any() else np.zeros(WEEK)
    total = float(shape.sum())
    return shape / total if total > 0 else np.full(WEEK, 1 / WEEK)
