"""How good forecasts were: summed by what they were of and by the day they were made on."""

from __future__ import annotations

import polars as pl

KINDS = {
    "company": "The company",
    "team": "Teams",
    "workflow": "Workflows",
    "cost_centre": "Cost centres",
    "user": "Users",
    "model": "Models",
}
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "of": pl.String,
    "day": pl.Int64,
    "forecasts": pl.Int64,
    "wape": pl.Float64,
    "naive": pl.Float64,
    "gain": pl.Float64,
    "bias": pl.Float64,
    "covered": pl.Float64,
}


def accuracy_rows(frozen: pl.DataFrame) -> pl.DataFrame:
    """One row for each kind of scope and day; all but the counts are shares of one.

    wape is Σ|forecast − actual| ÷ Σ actual, naive the same of last week again and again, gain how much less that is,
    bias Σ(forecast − actual) ÷ Σ actual, covered how many months ended between P10 and P90.
    """
    if frozen.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    p10, p50, p90, naive, actual = (
        pl.col(f"{name}_usd").cast(pl.Float64) for name in ("p10", "p50", "p90", "naive", "actual")
    )
    of = pl.col("scope").str.split(":").list.first()
    rows = (
        frozen.filter(actual > 0)
        .group_by(of.alias("of"), "day")
        .agg(
            pl.len().cast(pl.Int64).alias("forecasts"),
            ((p50 - actual).abs().sum() / actual.sum()).alias("wape"),
            ((naive - actual).abs().sum() / actual.sum()).alias("naive"),
            ((p50 - actual).sum() / actual.sum()).alias("bias"),
            ((p10 <= actual) & (actual <= p90)).mean().alias("covered"),
        )
        .with_columns(pl.when(pl.col("naive") > 0).then(1 - pl.col("wape") / pl.col("naive")).alias("gain"))
    )
    order = pl.col("of").replace_strict({kind: place for place, kind in enumerate(KINDS)}, return_dtype=pl.Int64)
    named = pl.col("of").replace_strict(KINDS, return_dtype=pl.String).alias("of")
    return rows.sort(order, "day").with_columns(named).select(list(SCHEMA))
