"""Who moved the total, by how much, and which of three things moved them: calls, tokens a call, or a token's price."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from dashboards.words import change, more_or_less, named, percent
from warehouse import usd

# From this share on, one factor is named as what moved it.
MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one owner did in one period."""

    calls: int = 0
    tokens: int = 0
    cost_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Mover:
    """One owner in two periods of equal right."""

    name: str | None
    now: Amounts
    before: Amounts

    @property
    def moved_usd(self) -> Decimal:
        """How much more it costs than before; negative when less."""
        return self.now.cost_usd - self.before.cost_usd

    def sentence(self) -> str:
        """What to say after the name: '$1,204 more (+39%): calls +12%, tokens per call +22%, price per token −1%.'"""
        if not self.before.cost_usd:
            return f"{usd(self.now.cost_usd)}, and {_silence(self.before)} before."
        if not self.now.cost_usd:
            return f"{_silence(self.now)}, and {usd(self.before.cost_usd)} before."
        told = f"{more_or_less(self.moved_usd)} ({change(self.now.cost_usd, self.before.cost_usd)})"
        factors = self.factors()
        if not factors:
            return f"{told}."
        chief, share = max(((name, share) for name, _, share in factors), key=lambda factor: abs(factor[1]))
        parts = ", ".join(f"{name} {moved}" for name, moved, _ in factors)
        weight = f"; {percent(share)} of it is {chief}" if MOSTLY <= share < 1 else ""
        return f"{told}: {parts}{weight}."

    def factors(self) -> list[tuple[str, str, float]]:
        """Name, change and share of the move of each factor; logarithms sum to the move's, so the shares sum to 1."""
        now, before = self.now, self.before
        if not (now.calls and before.calls and now.tokens and before.tokens):
            return []
        pairs = (
            ("calls", Decimal(now.calls), Decimal(before.calls)),
            ("tokens per call", Decimal(now.tokens) / now.calls, Decimal(before.tokens) / before.calls),
            ("price per token", now.cost_usd / now.tokens, before.cost_usd / before.tokens),
        )
        whole = math.log(now.cost_usd / before.cost_usd)
        return [(name, change(new, old), math.log(new / old) / whole if whole else 0.0) for name, new, old in pairs]


def movers(now: pl.DataFrame, before: pl.DataFrame, by: str = "team", at_most: int = 5) -> list[Mover]:
    """The owners whose cost moved most in dollars, from two frames of cells (`questions/cells.sql`), largest first."""
    held, held_before = _amounts(now, by), _amounts(before, by)
    nothing = Amounts()
    both = [Mover(name, held.get(name, nothing), held_before.get(name, nothing)) for name in {**held_before, **held}]
    moved = [mover for mover in both if mover.moved_usd]
    return sorted(moved, key=lambda mover: (-abs(mover.moved_usd), named(mover.name)))[:at_most]


def _silence(amounts: Amounts) -> str:
    # Calls that nobody priced cost something; only no calls cost nothing.
    return "no known cost" if amounts.calls else "nothing"


def _amounts(cells: pl.DataFrame, by: str) -> dict[str | None, Amounts]:
    summed = cells.group_by(by).agg(
        pl.col("calls").sum(),
        (pl.col("input_tokens") + pl.col("output_tokens")).sum().alias("tokens"),
        pl.col("cost_usd").sum(),
    )
    return {name: Amounts(calls, tokens, cost or Decimal(0)) for name, calls, tokens, cost in summed.iter_rows()}
