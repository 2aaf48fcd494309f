"""One row a model: what it cost, per token, and what its cache kept."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

MONEY = pl.Decimal(38, 12)
KEYS = ("provider", "model")
COUNTS = ("calls", "unpriced_calls", "incomplete_calls", "input_tokens", "cache_read_tokens", "output_tokens")


def model_rows(cells: pl.DataFrame, fair: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Sum cells (`questions/cells.sql`) by provider and model, the dearest first.

    `fair` are those of the complete days and `before` those of the days they are compared with.

    Gives provider, model, the counts, cost_usd, cache_saved_usd, share, before_usd, change (in percent; null without a
    before), usd_per_million (of all its tokens; null without tokens) and hit_rate. What no priced call stands behind is
    null.
    """
    rows = (
        cells.group_by(KEYS)
        .agg(pl.col(*COUNTS).sum(), pl.col("cost_usd", "cache_saved_usd").sum())
        .join(_spent(fair, "fair_usd"), on=KEYS, how="left", nulls_equal=True)
        .join(_spent(cells.clear() if before is None else before, "before_usd"), on=KEYS, how="left", nulls_equal=True)
        .with_columns(pl.col("fair_usd", "before_usd", "cache_saved_usd").fill_null(pl.lit(0).cast(MONEY)))
        .with_columns(
            pl.when(_priced() > 0).then(pl.col("cost_usd", "fair_usd", "cache_saved_usd")),
            pl.when(pl.col("before_usd_known").fill_null(True)).then(pl.col("before_usd")),
        )
    )
    spent, fairly, earlier = (pl.col(name).cast(pl.Float64) for name in ("cost_usd", "fair_usd", "before_usd"))
    sent, read = pl.col("input_tokens"), pl.col("cache_read_tokens")
    of = rows.select("cost_usd", "input_tokens", "output_tokens").iter_rows()
    return rows.with_columns(
        pl.when(spent.sum() > 0).then(spent / spent.sum()).alias("share"),
        pl.when(earlier > 0).then((fairly / earlier - 1) * 100).alias("change"),
        pl.when(sent > 0).then(read / sent).alias("hit_rate"),
        pl.Series("usd_per_million", [_per_million(*row) for row in of], dtype=MONEY),
    ).sort(-pl.col("cost_usd"), *KEYS, nulls_last=True)


def _spent(cells: pl.DataFrame, name: str) -> pl.DataFrame:
    return cells.group_by(KEYS).agg(pl.col("cost_usd").sum().alias(name), (_priced().sum() > 0).alias(f"{name}_known"))


def _priced() -> pl.Expr:
    # A model of which no call is priced costs something; nobody knows what, so it is null and never $0.
    return pl.col("calls") - pl.col("unpriced_calls") - pl.col("incomplete_calls")


def _per_million(amount: Decimal | None, tokens_in: int, tokens_out: int) -> Decimal | None:
    if amount is None or not tokens_in + tokens_out:
        return None
    return (amount * 1_000_000 / (tokens_in + tokens_out)).quantize(Decimal("0.000001"))
