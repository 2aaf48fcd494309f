"""What a company says its work is worth: when outcomes count, what a serving earns, what people cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal, localcontext

import polars as pl

from warehouse.money import EXACT, NANODOLLAR_PART, rounded
from warehouse.store import Warehouse

MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """An outcome of this kind ('': of every kind without a rule) counts once it has stood `maturity_hours`; the verdict
    of `evaluation`, where there is one, is such an outcome."""

    kind: str
    maturity_hours: int
    evaluation: str | None = None


_TABLES: Mapping[str, Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "outcome_rules": {"kind": pl.String, "maturity_hours": pl.Int64, "evaluation": pl.String},
    "workflow_prices": {"workflow": pl.String, "price_usd": pl.Decimal(18, 6)},
    "human_costs": {"usd_per_minute": pl.Decimal(18, 12)},
}


def set_economics(
    warehouse: Warehouse,
    *,
    outcomes: Sequence[OutcomeRule],
    prices: Mapping[str, Decimal],
    human_usd_per_hour: Decimal,
) -> None:
    """Make the three tables say what `outlay.toml` says; a warehouse that says so already is left alone.

    Maturity and prices hold at once and for the past too; an evaluation decides outcomes of spans that come from then
    on.
    """
    with localcontext(EXACT):
        per_minute = rounded(human_usd_per_hour / MINUTES_AN_HOUR, NANODOLLAR_PART)
    told = {
        "outcome_rules": [astuple(rule) for rule in outcomes],
        "workflow_prices": sorted(prices.items()),
        "human_costs": [(per_minute,)],
    }
    for table, rows in told.items():
        frame = pl.DataFrame(rows, schema=dict(_TABLES[table]), orient="row")
        if warehouse.query(f'SELECT * FROM "{table}" ORDER BY 1').equals(frame.sort(frame.columns[0])):  # noqa: S608 - ours
            continue
        with warehouse.transaction() as tx:
            tx.execute(f'DELETE FROM "{table}"')  # noqa: S608 - ours
            tx.insert(table, frame)
