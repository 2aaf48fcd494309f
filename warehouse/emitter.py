"""The emitters of a ledger, worst first: what each one's numbers lack, what that puts at risk, and what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from warehouse.advice import Advice, advise
from warehouse.metrics import Question, answer
from warehouse.ratios import ratio
from warehouse.store import Warehouse

METRIC = "emitter_health"


@dataclass(frozen=True, slots=True)
class Emitter:
    """One row of `emitter_health` with what follows from it.

    `at_risk_usd` is the cost that may be wrong or somebody else's, plus an estimate for calls without a cost: so many
    average calls of this emitter, else of all. None when some have no cost and no call anywhere has.
    """

    facts: Mapping[str, Any]
    at_risk_usd: Decimal | None
    is_estimate: bool
    advice: tuple[Advice, ...]

    @property
    def needs_someone(self) -> bool:
        """Whether there is something a person should mend."""
        return any(each.needs_someone for each in self.advice)


def emitters(warehouse: Warehouse, question: Question) -> list[Emitter]:
    """Every emitter that was heard of in the period, worst first."""
    return examined(answer(warehouse, METRIC, question).frame)


def examined(frame: pl.DataFrame) -> list[Emitter]:
    """The rows of `emitter_health` as emitters, worst first: by what they put at risk, by whether they need someone."""
    costed = sum(frame["calls"].to_list()) - sum(frame["uncosted_calls"].to_list())
    usual = _mean(sum(frame["cost_usd"], Decimal(0)), costed)
    found = [_examined(row, usual) for row in frame.iter_rows(named=True)]
    return sorted(found, key=_urgency)


def _examined(row: Mapping[str, Any], usual: Decimal | None) -> Emitter:
    uncosted = row["uncosted_calls"]
    own = _mean(row["cost_usd"], row["calls"] - uncosted)
    mean = usual if own is None else own
    at_risk = row["doubtful_usd"] if not uncosted else None if mean is None else row["doubtful_usd"] + uncosted * mean
    return Emitter(row, at_risk, bool(uncosted), advise(row))


def _mean(cost_usd: Decimal, calls: int) -> Decimal | None:
    mean = ratio(cost_usd, calls)
    return mean if isinstance(mean, Decimal) else None


def _urgency(emitter: Emitter) -> tuple[Any, ...]:
    facts, at_risk = emitter.facts, emitter.at_risk_usd
    return (
        at_risk is not None,
        -(at_risk or 0),
        not emitter.needs_someone,
        *(facts[name] or "" for name in ("service", "scope", "version")),
    )
