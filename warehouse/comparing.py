"""Compare two samples honestly: the change with its 95 % interval, or no interval where there is too little to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass

from warehouse.ratios import Z_95, wilson

# Below this many on either side a change is told, and never acted on.
FEW = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """A change and its 95 % interval: a relative one (0.31 is +31 %), or points of a share (−0.1 is −10 points).

    `low` and `high` are None where the samples are too small to have one.
    """

    change: float
    low: float | None
    high: float | None

    @property
    def rose(self) -> bool:
        """Whether it surely rose."""
        return self.low is not None and self.low > 0

    @property
    def fell(self) -> bool:
        """Whether it surely fell."""
        return self.high is not None and self.high < 0


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over a sample, or a ratio of two: its value, and the variance of that value; None where unknown."""

    value: float
    variance: float | None
    count: int


def covariance(count: int, first: int, second: int, products: int) -> float | None:
    """The sample covariance of `count` pairs of whole numbers, of their sums and that of their products, all exact.

    Of a number with itself it is the variance. None for fewer than two.
    """
    return (count * products - first * second) / (count * (count - 1)) if count > 1 else None


def mean(total: float, variance: float | None, count: int) -> Mean | None:
    """The mean of `count` values with that sum and sample variance; None for none."""
    return Mean(total / count, None if variance is None else variance / count, count) if count else None


def ratio_of_sums(
    top: float, bottom: float, count: int, spreads: tuple[float | None, float | None, float | None]
) -> Mean | None:
    """The ratio of two sums over one sample, its variance by the delta method; None where the bottom sums to nothing.

    `spreads` are the sample's variance of the top, that of the bottom, and their covariance (Cochran, Sampling
    Techniques, 1977, section 6.3); None where one is unknown.
    """
    if not bottom or not count:
        return None
    value, per = top / bottom, bottom / count
    top_variance, bottom_variance, both = spreads
    if top_variance is None or bottom_variance is None or both is None:
        return Mean(value, None, count)
    spread = top_variance - 2 * value * both + value * value * bottom_variance
    return Mean(value, max(0.0, spread) / (count * per * per), count)


def relative(before: Mean | None, after: Mean | None) -> Moved | None:
    """How much higher the later value is, as a share of the earlier; its interval is symmetric in logarithms."""
    if before is None or after is None or before.value <= 0 or after.value <= 0:
        return None
    change = after.value / before.value - 1
    if before.variance is None or after.variance is None or min(before.count, after.count) < FEW:
        return Moved(change, None, None)
    spread = Z_95 * math.sqrt(before.variance / before.value**2 + after.variance / after.value**2)
    return Moved(change, (1 + change) * math.exp(-spread) - 1, (1 + change) * math.exp(spread) - 1)


def points(before: tuple[int, int], after: tuple[int, int]) -> Moved | None:
    """How much a share (hits, of) moved, with Newcombe's interval from Wilson's (Statistics in Medicine 17, 1998)."""
    was, now = wilson(*before), wilson(*after)
    if was is None or now is None:
        return None
    old, new = before[0] / before[1], after[0] / after[1]
    change = new - old
    if min(before[1], after[1]) < FEW:
        return Moved(change, None, None)
    low = change - math.hypot(new - now[0], was[1] - old)
    high = change + math.hypot(now[1] - new, old - was[0])
    return Moved(change, low, high)
