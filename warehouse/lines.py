"""The lines of a month: what its calls cost, what closed months turned out to cost since, in amounts that sum."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import polars as pl

from warehouse.money import CENT, rounded, share_out
from warehouse.settled import Period, question
from warehouse.transaction import Transaction

USAGE: Final = "Usage"
CORRECTION: Final = "Correction"
"""FOCUS's ChargeClass for what belongs to an earlier, closed month."""

KEYS = ("team", "workflow", "provider", "model")
# What a span itself says of its account; usage is booked to it, corrections to the account of the team.
TOLD = "told_cost_centre"
COUNTS = ("calls", "unpriced_calls", "incomplete_calls", "input_tokens", "output_tokens")
EXACT_USD = pl.Decimal(38, 12)
AMOUNT_USD = pl.Decimal(18, 2)

COSTS = pl.Schema(
    {"charge_class": pl.String(), "usage_month": pl.String()}
    | dict.fromkeys((*KEYS, TOLD), pl.String())
    | dict.fromkeys(COUNTS, pl.Int64())
    | {"cost_usd": EXACT_USD}
)
LINES = pl.Schema(
    {"month": pl.String(), "line_no": pl.Int32(), "charge_class": pl.String(), "usage_month": pl.String()}
    | {"team": pl.String(), "cost_centre": pl.String(), "workflow": pl.String()}
    | {"provider": pl.String(), "model": pl.String()}
    | dict.fromkeys(COUNTS, pl.Int64())
    | {"cost_usd": EXACT_USD, "amount_usd": AMOUNT_USD}
)
"""The columns of a statement's lines, as `statement_lines` has them."""


def usage_costs(reading: Transaction, period: Period) -> pl.DataFrame:
    """What the calls of a period cost as the ledger knows now, by owner, provider and model (`COSTS`)."""
    return _costs(reading.query(question("usage_lines"), period.params()), USAGE, pl.lit(str(period.month)))


def correction_costs(reading: Transaction, settled: Sequence[Period]) -> pl.DataFrame:
    """What settled months cost now, less everything already booked for them; only where that is not nothing (`COSTS`).

    No late span is tracked: whatever changed a settled month (a late call, a duplicate found, a new owner, a price)
    shows as the difference, and once that is booked the difference is gone.
    """
    now = [usage_costs(reading, period) for period in settled]
    booked = reading.query(question("booked_lines")).with_columns(-pl.col(*COUNTS, "cost_usd"), nobody_told())
    both = pl.concat([_costs(booked, CORRECTION, pl.col("usage_month")), *now])
    difference = both.group_by("usage_month", *KEYS).agg(pl.col(*COUNTS, "cost_usd").sum())
    owed = difference.filter(pl.any_horizontal(pl.col(*COUNTS, "cost_usd") != 0)).with_columns(nobody_told())
    return _costs(owed, CORRECTION, pl.col("usage_month"))


def lines_of(month: str, costs: pl.DataFrame, cost_centres: pl.DataFrame) -> pl.DataFrame:
    """Costs as the numbered lines of a month's statement (`LINES`), each with its amount in cents.

    The total is rounded once and shared out to the teams, each team's amount to its lines: every level sums.
    `cost_centres` has the columns team and cost_centre.
    """
    ordered = costs.sort(
        pl.col("charge_class") != USAGE, "usage_month", *KEYS, TOLD, nulls_last=True, maintain_order=True
    ).with_row_index("line_no", offset=1)
    owners = cost_centres.select("team", "cost_centre").unique("team", keep="first")
    return (
        ordered.with_columns(
            pl.lit(month).alias("month"),
            pl.Series("amount_usd", _amounts(ordered), dtype=AMOUNT_USD),
        )
        .join(owners, on="team", how="left", maintain_order="left")
        .with_columns(cost_centre=pl.coalesce(TOLD, "cost_centre"))
        .select(*LINES)
        .cast(LINES)
    )


def nobody_told() -> pl.Expr:
    """No account but the team's."""
    return pl.lit(None, dtype=pl.String).alias(TOLD)


def total(lines: pl.DataFrame, column: str = "cost_usd") -> Decimal:
    """The exact sum of a money column."""
    return sum(lines[column], Decimal(0))


def _amounts(costs: pl.DataFrame) -> list[Decimal]:
    rows_of: dict[str | None, list[int]] = {}
    for row, team in enumerate(costs["team"]):
        rows_of.setdefault(team, []).append(row)
    cost = costs["cost_usd"].to_list()
    parts = [[cost[row] for row in rows] for rows in rows_of.values()]
    for_teams = share_out([sum(team, Decimal(0)) for team in parts], CENT, total=rounded(sum(cost, Decimal(0))))
    amounts = [Decimal(0)] * len(cost)
    for rows, team, amount in zip(rows_of.values(), parts, for_teams, strict=True):
        for row, share in zip(rows, share_out(team, CENT, total=amount), strict=True):
            amounts[row] = share
    return amounts


def _costs(frame: pl.DataFrame, charge_class: str, usage_month: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(charge_class=pl.lit(charge_class), usage_month=usage_month).select(*COSTS).cast(COSTS)
