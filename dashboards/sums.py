"""Sum a column exactly: money as Decimal, counts as int, nothing as nothing."""

from __future__ import annotations

from decimal import Decimal

import polars as pl


def dollars(frame: pl.DataFrame, column: str = "cost_usd") -> Decimal:
    """The sum of a column of money, 0 for no rows."""
    summed = frame[column].sum()
    return Decimal(summed or 0)


def count(frame: pl.DataFrame, column: str = "calls") -> int:
    """The sum of a column of counts, 0 for no rows."""
    return int(frame[column].sum() or 0)


def share(part: Decimal, whole: Decimal) -> float:
    """How much of the whole a part is, for a bar or a percentage; nothing of nothing."""
    return float(part / whole) if whole else 0.0
