"""Why spend rose: how much of it is more calls, longer calls, and dearer tokens, so that the parts sum to the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from warehouse import rounded

CALLS = "calls"
TOKENS_PER_CALL = "tokens_per_call"
UNIT_PRICE = "unit_price"

SAID = {CALLS: "calls", TOKENS_PER_CALL: "tokens per call", UNIT_PRICE: "unit price"}
SMALL = Decimal("0.05")  # a driver with less of the rise is named among what did not cause it
EXACT = Context(prec=76)  # sums of DECIMAL(38, 12) without rounding
FINEST_USD = Decimal("1e-12")  # the last place of the ledger's money


@dataclass(frozen=True, slots=True)
class Usage:
    """What a stretch of time took: cost = calls × tokens per call × dollars per token. Expected usage is fractional."""

    cost_usd: float
    calls: float
    tokens: float


@dataclass(frozen=True, slots=True)
class Part:
    """One driver's part of a rise."""

    driver: str
    part_usd: Decimal  # negative: it held the rise back
    times: float | None  # actual ÷ expected; None where one of them is unknown
    is_cause: bool  # or too small a part to speak of


@dataclass(frozen=True, slots=True)
class Drivers:
    """The parts of a rise; they sum to it to the last decimal. A negative part held it back."""

    calls_usd: Decimal
    tokens_per_call_usd: Decimal
    unit_price_usd: Decimal
    calls_times: float | None  # actual ÷ expected; None where one of them is unknown
    tokens_per_call_times: float | None
    unit_price_times: float | None

    @property
    def main(self) -> str:
        """The driver with the largest part in the direction of the rise."""
        parts = {
            CALLS: self.calls_usd,
            TOKENS_PER_CALL: self.tokens_per_call_usd,
            UNIT_PRICE: self.unit_price_usd,
        }
        return max(parts, key=lambda name: parts[name] * (1 if self.excess_usd >= 0 else -1))

    @property
    def excess_usd(self) -> Decimal:
        """The rise the parts make up."""
        with localcontext(EXACT):
            return self.calls_usd + self.tokens_per_call_usd + self.unit_price_usd

    @property
    def parts(self) -> tuple[Part, ...]:
        """The three of them, the largest first."""
        small = SMALL * abs(self.excess_usd)
        found = (
            (CALLS, self.calls_usd, self.calls_times),
            (TOKENS_PER_CALL, self.tokens_per_call_usd, self.tokens_per_call_times),
            (UNIT_PRICE, self.unit_price_usd, self.unit_price_times),
        )
        parts = [Part(name, part, times, times is None or abs(part) >= small) for name, part, times in found]
        return tuple(sorted(parts, key=lambda part: -abs(part.part_usd)))

    def sentence(self) -> str:
        """'Tokens per call ×3.7 (94 % of it), calls ×1.1 (6 % of it). Not the cause: unit price.'"""
        because = ", ".join(filter(None, (_told(part, self.excess_usd) for part in self.parts if part.is_cause)))
        minor = [SAID[name] for name in (CALLS, TOKENS_PER_CALL, UNIT_PRICE) if name in self._minor]
        not_because = f" Not the cause: {', '.join(minor)}." if minor else ""
        return f"{because[:1].upper()}{because[1:]}.{not_because}"

    @property
    def _minor(self) -> frozenset[str]:
        return frozenset(part.driver for part in self.parts if not part.is_cause)


def split(excess_usd: Decimal, actual: Usage, expected: Usage) -> Drivers:
    """Share an excess out over its three drivers.

    ln(actual ÷ expected) of the cost is the sum of the logarithms of its three factors, so each factor's share of
    that logarithm is its share of the dollars (logarithmic mean Divisia index: nothing is left over, and the order
    of the factors does not matter). Where a factor is unknown or there was nothing before, the calls have it all.
    """
    calls = _times(actual.calls, expected.calls)
    tokens = _times(_per(actual.tokens, actual.calls), _per(expected.tokens, expected.calls))
    price = _times(_per(actual.cost_usd, actual.tokens), _per(expected.cost_usd, expected.tokens))
    shares = _shares(calls, tokens, price)
    with localcontext(EXACT):
        by_tokens = _part(excess_usd, shares[1])
        by_price = _part(excess_usd, shares[2])
        return Drivers(excess_usd - by_tokens - by_price, by_tokens, by_price, calls, tokens, price)


def _shares(calls: float | None, tokens: float | None, price: float | None) -> tuple[float, float, float]:
    if calls is None or tokens is None or price is None:
        return 1.0, 0.0, 0.0
    logs = [math.log(times) for times in (calls, tokens, price)]
    whole = math.fsum(logs)
    # Factors that cancel out leave no rise to share; a share of thousands would be rounding noise.
    if abs(whole) < 1e-6:
        return 1.0, 0.0, 0.0
    return logs[0] / whole, logs[1] / whole, logs[2] / whole


def _part(excess_usd: Decimal, share: float) -> Decimal:
    return rounded(excess_usd * Decimal(share), FINEST_USD)


def _per(quantity: float, of: float) -> float:
    return quantity / of if of > 0 else 0.0


def _times(actual: float, expected: float) -> float | None:
    if actual <= 0 or expected <= 0:
        return None
    times = actual / expected
    return times if 0 < times < math.inf else None


def _told(part: Part, whole: Decimal) -> str:
    if not part.part_usd or not whole:
        return ""
    name, percent = SAID[part.driver], round(part.part_usd / whole * 100)
    share = f"({percent} % of it)" if percent < 100 else "(all of it)"
    if part.times is None:
        return f"{name} {share}, where nothing was before"
    return f"{name} ×{part.times:.2g} {share}" if part.times < 10 else f"{name} ×{part.times:,.0f} {share}"
