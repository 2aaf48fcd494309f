"""Ratios are made here, by the reader, from the exact numerators and denominators that SQL gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext

import polars as pl

from warehouse.money import EXACT, NANODOLLAR_PART, rounded

Z_95 = 1.959963984540054
"""Standard deviations of a two-sided 95 % interval."""

Number = Decimal | float | int
MONEY = pl.Decimal(38, 12)


def ratio(numerator: Number | None, denominator: Number | None) -> Decimal | float | None:
    """Numerator ÷ denominator; None where either is unknown or there is nothing to divide by.

    Less than nothing, where more was taken back than came, is nothing to divide by either. Money per count is money: a
    Decimal to twelve places. Everything else, shares of money too, is a float.
    """
    if numerator is None or denominator is None or denominator <= 0:
        return None
    if isinstance(numerator, Decimal) and not isinstance(denominator, Decimal):
        with localcontext(EXACT):
            return rounded(numerator / Decimal(denominator), NANODOLLAR_PART)
    return float(numerator) / float(denominator)


def wilson(hits: Number | None, of: Number | None) -> tuple[float, float] | None:
    """The 95 % Wilson interval of a proportion: honest for few cases and for none of them hitting."""
    if hits is None or not of:
        return None
    cases, z2 = float(of), Z_95 * Z_95
    share = float(hits) / cases
    centre = share + z2 / (2 * cases)
    spread = Z_95 * math.sqrt(share * (1 - share) / cases + z2 / (4 * cases * cases))
    scale = 1 + z2 / cases
    # Exactly 0 of 137 must not become 1e-18 of them.
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return min(share, max(0.0, low)), max(share, min(1.0, high))


def with_ratios(frame: pl.DataFrame, ratios: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    """The frame with one more column per ratio, named → (numerator column, denominator column)."""
    for name, (numerator, denominator) in ratios.items():
        per_count = frame.schema[numerator].is_decimal() and not frame.schema[denominator].is_decimal()
        values = [ratio(n, d) for n, d in _pairs(frame, numerator, denominator)]
        frame = frame.with_columns(pl.Series(name, values, dtype=MONEY if per_count else pl.Float64))
    return frame


def with_rates(frame: pl.DataFrame, rates: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    """The frame with a proportion per rate and its interval beside it: `name`, `name_low`, `name_high`."""
    for name, (hits, of) in rates.items():
        intervals = [wilson(h, n) for h, n in _pairs(frame, hits, of)]
        frame = with_ratios(frame, {name: (hits, of)}).with_columns(
            pl.Series(f"{name}_low", [bounds and bounds[0] for bounds in intervals], dtype=pl.Float64),
            pl.Series(f"{name}_high", [bounds and bounds[1] for bounds in intervals], dtype=pl.Float64),
        )
    return frame


def _pairs(frame: pl.DataFrame, left: str, right: str) -> Iterable[tuple[Number | None, Number | None]]:
    return frame.select(left, right).iter_rows()
