"""Give rows of owners a name to be shown by."""

from __future__ import annotations

import polars as pl

from dashboards.words import UNATTRIBUTED


def with_names(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with a column `name`: 'Support / chat', and where nobody told a team or a workflow, words for that."""
    team, workflow = pl.col("team").fill_null(UNATTRIBUTED), pl.col("workflow").fill_null("no workflow")
    return rows.with_columns((team + pl.lit(" / ") + workflow).alias("name"))
