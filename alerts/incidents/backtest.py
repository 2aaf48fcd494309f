"""What a condition would have told in the days before an instant, had it been watched with these settings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

BACKTEST_DAYS = 30


@dataclass(frozen=True, slots=True)
class RuleBacktest:
    """How often, for how much, and the last or the dearest of them."""

    kind: str
    title: str
    days: int
    fired: int | None  # None: the past of this cannot be asked
    impact_usd: Decimal
    examples: tuple[str, ...]
