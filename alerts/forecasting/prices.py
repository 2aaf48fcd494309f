"""Put past spend at the prices that hold now, and the days to come at those that will: as the price book has them.

What the book does not know (a model swapped for another) is guessed from what a token costs (`footing`), once it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From an hour on, what a leaf uses costs so many times what it cost before."""

    hour: int  # counted from the first hour of the history; those not over yet lie ahead
    times: float


def at_known_prices(cost_usd: Floats, steps: Sequence[PriceStep]) -> Floats:
    """The hours of one leaf, those before each step scaled to the prices after it; what lies ahead changes nothing."""
    known = cost_usd.copy()
    for step in steps:
        if step.hour < len(known):
            known[: max(step.hour, 0)] *= step.times
    return known


def times_ahead(steps: Sequence[PriceStep], hours: int, today: int, count: int) -> Floats:
    """What each of `count` days costs, in times of today's prices, after a history of so many hours.

    `today` is the hour in which the first of these days began. The day in which a price changes has a share of both.
    """
    times = np.ones(count)
    for step in steps:
        if step.hour >= hours:
            before = np.clip((step.hour - today) / HOURS_A_DAY - np.arange(count), 0, 1)
            times *= before + (1 - before) * step.times
    return times
