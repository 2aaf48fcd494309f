"""Money is Decimal from text to paper: shared out without losing a cent, and written so that it never lies."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext

CENT = Decimal("0.01")
NANODOLLAR_PART = Decimal("1e-12")
"""The twelfth decimal: what one charge is exact to (`DECIMAL(38, 12)` in the warehouse)."""

# 38 digits is the widest DECIMAL the warehouse holds; the default 28 would round a sum of those.
EXACT = Context(prec=76)

MILLION = 1_000_000


def rounded(amount: Decimal, quantum: Decimal = CENT) -> Decimal:
    """The amount as a multiple of `quantum`, halves away from zero as spreadsheets round: 0.125 → 0.13."""
    return amount.quantize(quantum, rounding=ROUND_HALF_UP, context=EXACT)


def share_out(parts: Sequence[Decimal], quantum: Decimal = CENT, *, total: Decimal | None = None) -> list[Decimal]:
    """Round every part so that the parts still sum to the rounded total: largest remainder.

    Each part is floored to the quantum, then the units left over go to the largest remainders; ties go to the
    larger part, then to the earlier one, so the same parts always give the same answer. A negative total is shared
    as its mirror image. `total` names the amount to reach when a level above already rounded it (total → team →
    line); it must be a multiple of the quantum less than one quantum away from the exact sum.

    Gives one amount per part, in order, each less than one quantum from its part.
    Raises ValueError when `total` cannot be reached that way.
    """
    with localcontext(EXACT):
        exact = sum(parts, Decimal(0))
        target = rounded(exact, quantum) if total is None else total
        if abs(target - exact) >= quantum or target % quantum:
            raise ValueError(
                f"{target} cannot be shared out over parts that sum to {exact}; "
                f"name a multiple of {quantum} less than {quantum} away from the sum"
            )
        if target < 0:
            return [Decimal(0).quantize(quantum) - share for share in _shares([-p for p in parts], quantum, -target)]
        return _shares(parts, quantum, target)


def _shares(parts: Sequence[Decimal], quantum: Decimal, target: Decimal) -> list[Decimal]:
    floors = [part.quantize(quantum, rounding=ROUND_FLOOR) for part in parts]
    left_over = int((target - sum(floors, Decimal(0))) / quantum)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], -abs(parts[i]), i))
    for i in by_remainder[:left_over]:
        floors[i] += quantum
    return floors


def exact_text(amount: Decimal) -> str:
    """Every digit and no exponent, for JSON and files: '12.34', '0.000000000001', '0'."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def usd(amount: Decimal) -> str:
    """Money for reading: as many digits as it takes not to show $0.00 for money that was spent.

    '$0', '<$0.0001', '$0.0042', '$12.34', '$12,346', '$1.23M'; a minus sign (−) leads what is negative.
    """
    size = abs(amount)
    sign = "−" if amount < 0 else ""
    if size == 0:
        return "$0"
    if size < Decimal("0.0001"):
        return f"{sign}<$0.0001"
    if size < CENT:
        return f"{sign}${rounded(size, Decimal('0.0001'))}"
    if rounded(size) < 1000:
        return f"{sign}${rounded(size)}"
    if rounded(size, Decimal(1)) < MILLION:
        return f"{sign}${rounded(size, Decimal(1)):,}"
    return f"{sign}${rounded(size / MILLION):,}M"


def usd_exact(amount: Decimal) -> str:
    """Every digit there is, at least the cents: '$12.30', '−$0.000412', '$1,234.5678'; for tooltips and checks."""
    whole, _, decimals = exact_text(abs(amount)).partition(".")
    return f"{'−' if amount < 0 else ''}${int(whole):,}.{decimals:0<2}"


def usd_per_million(usd_per_token: Decimal) -> str:
    """A price as providers print it: '$2.50 per 1M tokens'."""
    return f"{usd_exact(usd_per_token * MILLION)} per 1M tokens"


def tokens(count: int) -> str:
    """A token count for reading: '999', '1.2k', '12.3k', '123k', '4.6M', '1.2B'."""
    size = Decimal(abs(count))
    unit = ""
    for bigger in ("k", "M", "B"):
        if rounded(size, Decimal(1)) < 1000:
            break
        size, unit = size / 1000, bigger
    digits = Decimal("0.1") if unit and size < 100 else Decimal(1)
    return f"{'−' if count < 0 else ''}{Decimal(exact_text(rounded(size, digits))):,f}{unit}"
