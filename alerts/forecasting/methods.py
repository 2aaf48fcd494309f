"""Ways to go on with days: last week, the usual week, damped Holt-Winters, lines that believe more or less of growth.

Each takes the days so far (at least a week) and how many to come, and gives those; none looks at anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from alerts.forecasting.growth import FAST, GROWING, LIVELY, STEADY, WEEK, grown

Floats = npt.NDArray[np.float64]
Method = Callable[[Floats, int], Floats]

PROFILE_WEEKS = 6
# Damped Holt-Winters with additive week: how fast level, trend and week follow, and how a trend fades a day.
LEVEL, SLOPE, SEASON, DAMPING = 0.15, 0.03, 0.15, 0.95


def seasonal_naive(daily: Floats, count: int) -> Floats:
    """The last week again and again: what everything else is measured against."""
    return np.resize(daily[-WEEK:], count)


def weekday_profile(daily: Floats, count: int) -> Floats:
    """What each weekday cost in the last weeks, on average; a week counts half of the one two weeks after it."""
    weeks = daily[-WEEK * min(len(daily) // WEEK, PROFILE_WEEKS) :].reshape(-1, WEEK)
    worth = 0.5 ** (np.arange(len(weeks))[::-1] / 2)
    return np.resize(worth @ weeks / worth.sum(), count)


def damped_holt_winters(daily: Floats, count: int) -> Floats:
    """Level, trend and week learned day by day, the trend fading into the distance."""
    days = daily[len(daily) % WEEK :]
    level, slope = float(days[:WEEK].mean()), 0.0
    season = list(days[:WEEK] - level)
    for number in range(WEEK, len(days)):
        day, usual = float(days[number]), season[number % WEEK]
        before = level
        level = LEVEL * (day - usual) + (1 - LEVEL) * (level + DAMPING * slope)
        slope = SLOPE * (level - before) + (1 - SLOPE) * DAMPING * slope
        season[number % WEEK] = SEASON * (day - level) + (1 - SEASON) * usual
    ahead = np.arange(1, count + 1)
    # Whole weeks were taken, so the first day to come has the season of the first day of a week.
    drift = slope * DAMPING * (1 - DAMPING**ahead) / (1 - DAMPING)
    forecast: Floats = np.maximum(level + drift + np.resize(np.array(season), count), 0.0)
    return forecast


# How far off each is expected to be, as times of their mean, where a series has too few days of its own to tell: as it
# did best on labelled spend and the demo (seeds 101-106, 501-560, 1000-1021). The plainer first.
METHODS: Mapping[str, tuple[Method, float]] = {
    "a steady level": (partial(grown, temper=STEADY), 0.7),
    "a lively level": (partial(grown, temper=LIVELY), 1.0),
    "growth": (partial(grown, temper=GROWING), 1.1),
    "fast growth": (partial(grown, temper=FAST), 1.2),
    "damped Holt-Winters": (damped_holt_winters, 1.2),
    "the weekday profile": (weekday_profile, 1.5),
    "last week again": (seasonal_naive, 2.0),
}
