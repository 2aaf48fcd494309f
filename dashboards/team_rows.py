"""One row a team: what it spent, beside before, beside its budget."""

from __future__ import annotations

import polars as pl

MONEY = pl.Decimal(38, 12)


def team_rows(
    cells: pl.DataFrame, fair: pl.DataFrame, before: pl.DataFrame | None, teams: pl.DataFrame, month: pl.DataFrame
) -> pl.DataFrame:
    """Join cells of four periods by team, the dearest first and Unattributed (team null) last.

    `cells` are those of the period, `fair` those of its complete days, `before` those of the days it is compared with,
    `month` those of the running month, all with the columns of `questions/cells.sql`; `teams` is `questions/teams.sql`.

    Gives team, cost_centre, calls, cost_usd, share, before_usd, change (in percent; null without a before), budget_usd,
    used (a share of one; null without a budget), coverage. Teams that spent nothing are there when they have a budget;
    the cost of a team of which no call is priced is unknown, so it is null.
    """
    spent = {"fair_usd": fair, "before_usd": cells.clear() if before is None else before, "month_usd": month}
    rows = _by_team(cells)
    for name, others in spent.items():
        sums = others.group_by("team").agg(pl.col("cost_usd").sum().alias(name))
        rows = rows.join(sums, on="team", how="full", coalesce=True, nulls_equal=True)
    budgets = teams.rename({"monthly_budget_usd": "budget_usd"})
    rows = rows.join(budgets, on="team", how="left" if budgets.is_empty() else "full", coalesce=True).with_columns(
        pl.col("calls", "covered").fill_null(0), pl.col("cost_usd", *spent).fill_null(pl.lit(0).cast(MONEY))
    )
    seen = (pl.col("calls") > 0) | (pl.col("before_usd") > 0) | pl.col("budget_usd").is_not_null()
    return _with_shares(rows.filter(seen)).sort(pl.col("team").is_null(), -pl.col("cost_usd"), "team", nulls_last=True)


def _by_team(cells: pl.DataFrame) -> pl.DataFrame:
    covered = pl.col("calls") - pl.col("unpriced_calls") - pl.col("incomplete_calls")
    return cells.group_by("team").agg(pl.col("cost_usd").sum(), pl.col("calls").sum(), covered.sum().alias("covered"))


def _with_shares(rows: pl.DataFrame) -> pl.DataFrame:
    cost, fair, before, month, budget = (
        pl.col(name).cast(pl.Float64) for name in ("cost_usd", "fair_usd", "before_usd", "month_usd", "budget_usd")
    )
    known = (pl.col("calls") == 0) | (pl.col("covered") > 0)
    return rows.with_columns(
        pl.when(known & (cost.sum() > 0)).then(cost / cost.sum()).alias("share"),
        pl.when(before > 0).then((fair / before - 1) * 100).alias("change"),
        pl.when(budget > 0).then(month / budget).alias("used"),
        pl.when(pl.col("calls") > 0).then(pl.col("covered") / pl.col("calls")).alias("coverage"),
        pl.when(known).then(pl.col("cost_usd")).alias("cost_usd"),
    ).select(
        *("team", "cost_centre", "calls", "cost_usd", "share", "before_usd", "change"),
        *("budget_usd", "used", "coverage"),
    )
