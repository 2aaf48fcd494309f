"""One row a team: what it spent, beside before, beside its budget."""

from __future__ import annotations

import polars as pl

MONEY = pl.Decimal(38, 12)


def team_rows(
    cells: pl.DataFrame, fair: pl.DataFrame, before: pl.DataFrame | None, teams: pl.DataFrame, month: pl.DataFrame
) -> pl.DataFrame:
    """Join cells of five kinds by team, the dearest first and Unattributed (team null) last.

    `cells` are those of the period, `fair` those of its complete days, `before` those of the days it is compared with,
    `month` those of the running month, all with the columns of `questions/cells.sql`; `teams` is `questions/teams.sql`.

    Gives team, cost_centre, calls, cost_usd, share, before_usd, change (in percent; null without a before), budget_usd,
    used (a share of one; null without a budget), coverage. Teams that spent nothing are there when they have a budget.
    """
    nothing = cells.clear()
    joined = (
        _by_team(cells, "cost_usd")
        .join(_spent(fair, "fair_usd"), on="team", how="full", coalesce=True, nulls_equal=True)
        .join(
            _spent(nothing if before is None else before, "before_usd"),
            on="team",
            how="full",
            coalesce=True,
            nulls_equal=True,
        )
        .join(_spent(month, "month_usd"), on="team", how="left", nulls_equal=True)
        .join(teams.rename({"monthly_budget_usd": "budget_usd"}), on="team", how="full", coalesce=True)
        .with_columns(pl.col("cost_usd", "fair_usd", "before_usd", "month_usd").fill_null(pl.lit(0).cast(MONEY)))
        .filter(
            (pl.col("cost_usd") > 0)
            | (pl.col("before_usd") > 0)
            | (pl.col("calls") > 0)
            | pl.col("budget_usd").is_not_null()
        )
    )
    real = {
        name: pl.col(name).cast(pl.Float64)
        for name in ("cost_usd", "fair_usd", "before_usd", "month_usd", "budget_usd")
    }
    whole = real["cost_usd"].sum()
    return (
        joined.with_columns(
            pl.when(whole > 0).then(real["cost_usd"] / whole).alias("share"),
            pl.when(real["before_usd"] > 0).then((real["fair_usd"] / real["before_usd"] - 1) * 100).alias("change"),
            pl.when(real["budget_usd"] > 0).then(real["month_usd"] / real["budget_usd"]).alias("used"),
            pl.when(pl.col("calls") > 0).then(1 - pl.col("uncovered") / pl.col("calls")).alias("coverage"),
        )
        .select(
            "team",
            "cost_centre",
            "calls",
            "cost_usd",
            "share",
            "before_usd",
            "change",
            "budget_usd",
            "used",
            "coverage",
        )
        .sort(pl.col("team").is_null(), -pl.col("cost_usd"), "team")
    )


def _by_team(cells: pl.DataFrame, name: str) -> pl.DataFrame:
    uncovered = pl.col("unpriced_calls") + pl.col("incomplete_calls")
    return cells.group_by("team").agg(
        pl.col("cost_usd").sum().alias(name), pl.col("calls").sum(), uncovered.sum().alias("uncovered")
    )


def _spent(cells: pl.DataFrame, name: str) -> pl.DataFrame:
    return cells.group_by("team").agg(pl.col("cost_usd").sum().alias(name))
