"""Add up how leaves go on: the likely sum of the days to come, and the range around it from what was tried before.

Leaf by leaf and then summed is closer than the sum by itself: a step in one workflow is noise in the company's spend.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alerts.forecasting.backtest import ORIGINS, Choice, choose
from alerts.forecasting.leaves import Leaves
from alerts.forecasting.prices import times_ahead

Floats = npt.NDArray[np.float64]

FEWEST_DAYS = 7  # with less than a week nobody can say
# How far off a forecast of one workflow is usually: nobody's few tries say it alone, so a tenth stands for two tries of
# its length. Of many workflows the errors cancel out, all but those that all of them share.
ASSUMED, ASSUMED_TRIES, SHARED = 0.1, 2.0, 0.3
# Where a tenth and nine tenths of what came lay, in such distances (logarithms), measured on labelled spend: what
# nobody foresees (a launch, a dearer model, a loop) makes things dearer far more often than cheaper.
LOW, HIGH = -1.25, 2.5
# Most single workflows are spared it, so the likeliest is lifted only as far as there are several: of many, some will
# be struck. By how much, the tries tell: a fleet that came dearer than was said by a tenth goes on so, one that came
# dearer by a fiftieth was as likely unlucky.
LUCK, LUCK_TRIES = 0.05, 0.5
EXACT, EXACT_TRIES = 1e-6, 5  # what was right so closely and so often needs no allowance
LONGEST_TRIED = 28  # days: beyond it the distance grows with the root of the time
FIRST_ORIGIN = 14


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the days to come will cost, in dollars as floats; element 0 of `daily` is today in full."""

    daily: Floats
    low_times: float  # P10 and P90, as multiples of it
    high_times: float
    lifted: float  # by what share of itself it was raised (lowered) for what nobody foresees
    repriced: float  # by what share of itself it was raised (lowered) for prices that are known to change
    method: str
    tries: int

    @property
    def is_tried(self) -> bool:
        """Whether the range comes from forecasts made before, or is assumed."""
        return self.tries > 0


def outlook_of(leaves: Leaves, count: int) -> Outlook | None:
    """Today and the `count - 1` days after it; None with less than a week of whole days."""
    if len(leaves.raw_usd) < FEWEST_DAYS:
        return None
    choices = [choose(days, count) for days in leaves.daily]
    daily = np.sum(_at_coming_prices(choices, leaves, count), axis=0) if choices else np.zeros(count)
    distances = []
    for back in ORIGINS:
        tries = [choice.tried[back] for choice in choices if back in choice.tried]
        said, came = sum(tried.forecast_usd for tried in tries), sum(tried.actual_usd for tried in tries)
        if said > 0 and came > 0:
            distances.append(float(np.log(came / said)))
    unchanged = sum(float(choice.daily.sum()) for choice in choices)
    repriced = float(daily.sum()) / unchanged - 1 if unchanged > 0 else 0.0
    share = _share_of_one([float(choice.daily.sum()) for choice in choices])
    # Origins two days apart share most of their days: only as many tries count as fit side by side.
    apart = max((len(leaves.raw_usd) - FIRST_ORIGIN) / count, 0.0) if distances else 0.0
    usual = _usual_distance(distances, apart, share, count)
    method = _most_used([(choice.method, float(choice.daily.sum())) for choice in choices])
    low, high = float(np.exp(LOW * usual)), float(np.exp(HIGH * usual))
    times = float(np.exp(_lift(distances, apart, share)))
    return Outlook(daily * times, low, high, times - 1, repriced, method, len(distances))


def _at_coming_prices(choices: list[Choice], leaves: Leaves, count: int) -> list[Floats]:
    if not leaves.prices:
        return [choice.daily for choice in choices]
    heard = len(leaves.hours_usd)
    return [
        choice.daily * times_ahead(steps, heard, leaves.today, count)
        for choice, steps in zip(choices, leaves.prices, strict=True)
    ]


def _lift(distances: list[float], apart: float, share: float) -> float:
    """What is added (a logarithm) for what nobody foresees, as far as it struck before and there are many to strike."""
    own = float(np.mean(distances)) if distances else 0.0
    return (1 - share) * apart / (apart + LUCK_TRIES) * own**3 / (own**2 + LUCK**2)


def _usual_distance(distances: list[float], apart: float, share: float, count: int) -> float:
    if len(distances) >= EXACT_TRIES and max(map(abs, distances)) < EXACT:
        return 0.0
    own = float(np.mean(np.square(distances))) if distances else 0.0
    assumed = ASSUMED**2 * (SHARED + (1 - SHARED) * share)
    squared = (apart * own + ASSUMED_TRIES * assumed) / (apart + ASSUMED_TRIES)
    return float(np.sqrt(squared * max(1.0, count / LONGEST_TRIED)))


def _share_of_one(sums_usd: list[float]) -> float:
    """How far a few leaves make up the whole: 1 for one of them, 0.1 for ten alike."""
    whole = sum(sums_usd)
    return sum(usd * usd for usd in sums_usd) / whole**2 if whole > 0 else 1.0


def _most_used(methods: list[tuple[str, float]]) -> str:
    """The method that forecast most of the money."""
    weighed: Counter[str] = Counter()
    for method, usd in methods:
        weighed[method] += round(usd * 100) + 1
    return weighed.most_common(1)[0][0] if weighed else "nothing was spent"
