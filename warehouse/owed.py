"""Who owes what: a statement by team, beside the month before and the budget."""

from __future__ import annotations

import polars as pl

from warehouse.lines import AMOUNT_USD, CORRECTION, USAGE
from warehouse.ratios import with_ratios
from warehouse.statements import Statement

NOTHING = pl.lit(0).cast(AMOUNT_USD)


def by_team(statement: Statement) -> pl.DataFrame:
    """One row a team, the largest amount first and Unattributed (team null) last.

    Columns: team, cost_centre, calls, unpriced_calls, incomplete_calls, cost_usd (exact), usage_usd, corrections_usd,
    amount_usd (their sum), share (of the total), prior_usd, delta_usd, budget_usd and left_usd (null without a budget).
    A team that spent nothing is there when it has a budget or spent something the month before.
    """
    rows = (
        _summed(statement.lines)
        .join(
            statement.prior.rename({"amount_usd": "prior_usd"}), on="team", how="full", coalesce=True, nulls_equal=True
        )
        .join(_expected(statement), on="team", how="full", coalesce=True, nulls_equal=True)
        .with_columns(
            pl.coalesce("booked_to", "cost_centre").alias("cost_centre"),
            pl.col("calls", "unpriced_calls", "incomplete_calls").fill_null(0),
            pl.col("cost_usd").fill_null(pl.lit(0).cast(pl.Decimal(38, 12))),
            pl.col("usage_usd", "corrections_usd", "amount_usd", "prior_usd").fill_null(NOTHING),
            pl.lit(statement.amount_usd).cast(AMOUNT_USD).alias("total_usd"),
        )
        .with_columns(
            (pl.col("amount_usd") - pl.col("prior_usd")).cast(AMOUNT_USD).alias("delta_usd"),
            (pl.col("budget_usd") - pl.col("amount_usd")).cast(AMOUNT_USD).alias("left_usd"),
        )
        .sort(pl.col("team").is_null(), -pl.col("amount_usd"), "team")
    )
    return with_ratios(rows, {"share": ("amount_usd", "total_usd")}).select(
        *("team", "cost_centre", "calls", "unpriced_calls", "incomplete_calls", "cost_usd", "usage_usd"),
        *("corrections_usd", "amount_usd", "share", "prior_usd", "delta_usd", "budget_usd", "left_usd"),
    )


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    own = pl.col("charge_class") == USAGE
    return lines.group_by("team").agg(
        # Spans may name an account of their own: a team's lines can stand in several.
        pl.col("cost_centre").drop_nulls().unique().sort().str.join(", ").replace("", None).alias("booked_to"),
        pl.col("calls", "unpriced_calls", "incomplete_calls").filter(own).sum(),
        pl.col("cost_usd").sum(),
        pl.col("amount_usd").filter(own).sum().cast(AMOUNT_USD).alias("usage_usd"),
        pl.col("amount_usd")
        .filter(pl.col("charge_class") == CORRECTION)
        .sum()
        .cast(AMOUNT_USD)
        .alias("corrections_usd"),
        pl.col("amount_usd").sum().cast(AMOUNT_USD),
    )


def _expected(statement: Statement) -> pl.DataFrame:
    known = pl.concat([statement.prior["team"], statement.lines["team"]]).drop_nulls()
    has_a_row = pl.col("budget_usd").is_not_null() | pl.col("team").is_in(known.to_list())
    return statement.teams.rename({"monthly_budget_usd": "budget_usd"}).filter(has_a_row)
