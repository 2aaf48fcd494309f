"""Put past spend at today's prices: after a change of price or of model, last week is dearer or cheaper than it was.

A seasonal forecast needs a week to notice that a token costs four times as much. What a token costs is steady within a
leaf, so a step in it is plain after a few hours, and the days before it can be restated.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LAST, LEAST_OF_LAST = 12, 6  # hours with spend that tell today's price, and how many of them are at it
SUDDEN = 3  # hours tell it of what has never cost so much by far: waiting for more is a day at the wrong price
FEWEST = 72  # hours with spend below which a leaf has no steady price
NEAR = 0.2  # in logarithms: hours within a fifth of today's price belong to it
STEP = float(np.log(1.3))  # a smaller change is a shift in the mix of long and short answers
STEADY = 0.15  # how far a price may wander before a step and still be one
BEFORE = 168  # hours with spend that tell the price before the step: about a week


def at_todays_price(cost_usd: Floats, tokens: Floats) -> Floats:
    """The hours of one leaf, those before the last step in its price per token scaled to the price after it.

    Both are (hours,); an hour without spend or tokens has no price. Given back as it came where there is no clear step.
    """
    priced = np.flatnonzero((cost_usd > 0) & (tokens > 0))
    if len(priced) < FEWEST:
        return cost_usd
    prices = np.log(cost_usd[priced] / tokens[priced])
    for last, fewest in ((LAST, LEAST_OF_LAST), (SUDDEN, SUDDEN)):
        since, step, scatter = _last_step(prices, last)
        if len(prices) - since < fewest or abs(step) < STEP or float(np.median(scatter)) > STEADY:
            continue
        if last == SUDDEN and 2 * float(scatter.max()) > abs(step):
            continue
        restated = cost_usd.copy()
        restated[: priced[since]] *= np.exp(step)
        return restated
    return cost_usd


def _last_step(prices: Floats, last: int) -> tuple[int, float, Floats]:
    """Since which price they are near today's, by how much that differs from before, and how far those wandered."""
    today = float(np.median(prices[-last:]))
    others = np.flatnonzero(np.abs(prices - today) >= NEAR)
    if not len(others):
        return 0, 0.0, np.zeros(1)
    since = int(others[-1]) + 1
    earlier = prices[max(0, since - BEFORE) : since]
    before = float(np.median(earlier))
    return since, today - before, np.abs(earlier - before)
