"""Put past spend at today's level: after a launch, a workflow does each day what it never did before.

Some days in a row, all of them far from the same weekdays before and all about as far, are no noise: what came before
is scaled to them. A seasonal forecast needs weeks to be sure of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FEWEST_DAYS = 21  # of history, for two weeks to compare with
BEFORE = 14  # days, at least, before a step
FEWEST, MOST = 5, 12  # days since it: fewer may be a campaign, more are a habit that methods know by themselves
RATIO = float(np.log(1.6))  # each of these days is so far away
ALIKE = 0.3  # in logarithms: how far their distances may scatter
# Four days are enough of what was always steady and is now as steady elsewhere: a ramp or a campaign scatters more, and
# a leak that is stopped is alike for three at most. What jumped within three days `pace` has brought here already.
FEWEST_OF_STEADY, ALIKE_OF_STEADY = 4, 0.15
STEADY = 0.7 * RATIO  # nine in ten days before it lay so near to their weekday
WEEKS = 3  # before the step, that tell what a weekday cost
BUSY = 0.1  # of the mean day: quieter days tell nothing of a level
NOTHING = 1e-9  # dollars, so that a day without spend has a logarithm


def at_todays_level(daily: Floats) -> Floats:
    """One leaf's days, those before its last step scaled to the level after it; as they came where there is none."""
    count = len(daily)
    if count < FEWEST_DAYS:
        return daily
    for since in range(min(MOST, count - BEFORE), FEWEST_OF_STEADY - 1, -1):
        before, after = daily[: count - since], daily[count - since :]
        weeks = min((count - since) // 7, WEEKS)
        week_by_week = before[-7 * weeks :].reshape(weeks, 7)
        usual = np.resize(np.median(week_by_week, axis=0), since)
        busy = usual > BUSY * before.mean()
        away = np.log((after[busy] + NOTHING) / usual[busy])
        if _is_step(away, week_by_week):
            return np.concatenate([before * float(np.exp(np.median(away))), after])
    return daily


def _is_step(away: Floats, week_by_week: Floats) -> bool:
    """Whether days so far from their weekdays are a level of their own; `week_by_week` is (weeks, 7) before them."""
    if len(away) < FEWEST_OF_STEADY or not ((away > RATIO).all() or (away < -RATIO).all()):
        return False
    if len(away) >= FEWEST:
        return float(away.std()) < ALIKE
    scatter = np.abs(np.log((week_by_week + NOTHING) / (np.median(week_by_week, axis=0) + NOTHING)))
    return float(away.std()) < ALIKE_OF_STEADY and float(np.quantile(scatter, 0.9)) < STEADY
