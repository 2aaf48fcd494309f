"""Eight ways to go on with a series of days: last week again, the weekdays' habit, damped Holt-Winters, five trends.

Each takes the days so far (at least a week) and how many to come, and gives those; none looks at anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import numpy.typing as npt

from alerts.forecasting.growth import GROWING, MIDDLING, MOST_GROWTH, SLOW, STEADY, WEEK, grown, shape_of

Floats = npt.NDArray[np.float64]
Method = Callable[[Floats, int], Floats]

WEEKS = 4  # of the same weekday; the middle one, so that a spike does not become a habit
TREND_WEEKS = 6  # that tell a trend and the shape of a week
TREND_DAMPING = 0.7  # a week: a trend goes on for about three weeks' worth and no further
# Damped Holt-Winters with additive week: how fast level, trend and week follow, and how a trend fades a day.
LEVEL, SLOPE, SEASON, DAMPING = 0.15, 0.03, 0.15, 0.95


def seasonal_naive(daily: Floats, count: int) -> Floats:
    """The last week again and again: what everything else is measured against."""
    return np.resize(daily[-WEEK:], count)


def weekday_profile(daily: Floats, count: int) -> Floats:
    """For each day the middle of the last same weekdays."""
    return np.resize(np.median(_weeks(daily, WEEKS), axis=0), count)


def damped_holt_winters(daily: Floats, count: int) -> Floats:
    """Level, trend and week learned day by day, the trend fading into the distance."""
    days = _weeks(daily, len(daily)).ravel()
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


def damped_trend(daily: Floats, count: int) -> Floats:
    """The median slope between weeks (Theil-Sen, in logarithms), fading, on the usual shape of a week."""
    weeks = _weeks(daily, TREND_WEEKS)
    shape, sums = shape_of(weeks), weeks.sum(axis=1)
    if len(sums) < 3 or bool((sums <= 0).any()):
        return np.resize(shape * sums[-1], count)
    logs, number = np.log(sums), np.arange(len(sums))
    later, earlier = np.tril_indices(len(sums), -1)
    slope = float(np.median((logs[later] - logs[earlier]) / (later - earlier)))
    level = float(np.median(logs - slope * number)) + slope * number[-1]
    ahead = np.arange(1, count + 1) / WEEK
    growth = slope * TREND_DAMPING * (1 - TREND_DAMPING**ahead) / (1 - TREND_DAMPING)
    forecast: Floats = np.resize(shape, count) * np.exp(level + np.clip(growth, -MOST_GROWTH, MOST_GROWTH))
    return forecast


# The plainer first: of two that did equally well it is taken.
METHODS: Mapping[str, Method] = {
    "weekday profile": weekday_profile,
    "damped Holt-Winters": damped_holt_winters,
    "damped trend": damped_trend,
    "seasonal naive": seasonal_naive,
    "steady level": partial(grown, temper=STEADY),
    "slow growth": partial(grown, temper=SLOW),
    "growth": partial(grown, temper=MIDDLING),
    "fast growth": partial(grown, temper=GROWING),
}
# Where there is too little history to try them: it learns least, so it is wrong least.
UNTRIED = "weekday profile"


def _weeks(daily: Floats, most: int) -> Floats:
    """The last whole weeks, a row each; the last day is the last of its row."""
    count = min(len(daily) // WEEK, most)
    weeks: Floats = daily[len(daily) - WEEK * count :].reshape(-1, WEEK)
    return weeks
