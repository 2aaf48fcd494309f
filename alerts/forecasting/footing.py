"""Put past spend at today's prices: after a change of price or of model, last week is dearer or cheaper than it was.

A seasonal forecast needs a week to notice that a token costs four times as much. What a token costs is steady within a
leaf, so a step in it is plain after a few hours, and the days before it can be restated.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LAST = 12  # hours with spend that tell today's price: fewer are one odd request, more are a second day of waiting
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
    today = float(np.median(prices[-LAST:]))
    others = np.flatnonzero(np.abs(prices - today) >= NEAR)
    if not len(others):
        return cost_usd
    first = int(others[-1]) + 1
    if len(prices) - first < LAST // 2:
        return cost_usd
    earlier = prices[max(0, first - BEFORE) : first]
    before = float(np.median(earlier))
    if abs(today - before) < STEP or float(np.median(np.abs(earlier - before))) > STEADY:
        return cost_usd
    restated = cost_usd.copy()
    restated[: priced[first]] *= np.exp(today - before)
    return restated
