"""Append what the loader read: new spans with their checks, outcomes and faults, and the mark that covers them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from warehouse.store import Transaction


@dataclass(frozen=True, slots=True)
class Batch:
    """One reading of the journal.

    `spans` has the columns of the table without `span_no`, plus `row` (0 … n−1) and `attributes` as a list of
    {key, value}; `checks` and `outcomes` name their span by `row`. `marks` says, for each journal day read, the
    last entry the batch covers.
    """

    spans: pl.DataFrame
    checks: pl.DataFrame
    outcomes: pl.DataFrame
    resources: pl.DataFrame
    faults: pl.DataFrame
    marks: Mapping[dt.date, int]


@dataclass(frozen=True, slots=True)
class Appended:
    """How many spans were new, and how many the warehouse had already."""

    spans: int
    duplicates: int


# A sender that did not hear our answer sends the same bytes again: the same span has the same ids and start,
# so only spans that started in the batch's own range need to be looked at.
_NEW_SPANS = """
    CREATE OR REPLACE TEMP TABLE new_spans AS
    WITH arrived AS (
        SELECT row, sender, trace_id, span_id, started_at
        FROM incoming
        QUALIFY row_number() OVER (PARTITION BY sender, trace_id, span_id ORDER BY row) = 1
    ),
    stored AS (
        SELECT sender, trace_id, span_id
        FROM spans
        WHERE started_at >= (SELECT min(started_at) FROM arrived)
          AND started_at <= (SELECT max(started_at) FROM arrived)
    ),
    fresh AS (
        SELECT row FROM arrived ANTI JOIN stored USING (sender, trace_id, span_id)
    )
    SELECT row, (SELECT coalesce(max(span_no), 0) FROM spans) + row_number() OVER (ORDER BY row) AS span_no
    FROM fresh
"""


def append(tx: Transaction, batch: Batch) -> Appended:
    """Write the batch inside the caller's transaction; a span that is there already (by sender and ids) is dropped."""
    fresh = _append_spans(tx, batch) if batch.spans.height else 0
    tx.insert("faults", batch.faults)
    for day, seq in batch.marks.items():
        tx.execute("DELETE FROM journal_marks WHERE journal_day = $day", {"day": day})
        tx.execute("INSERT INTO journal_marks VALUES ($day, $seq)", {"day": day, "seq": seq})
    return Appended(fresh, batch.spans.height - fresh)


def _append_spans(tx: Transaction, batch: Batch) -> int:
    columns = [column for column in batch.spans.columns if column not in {"row", "attributes"}]
    names = ", ".join(columns)
    with tx.frame("incoming", batch.spans):
        tx.execute(_NEW_SPANS)
        tx.execute(
            f"INSERT INTO spans (span_no, {names}, attributes) "  # noqa: S608 - the loader's own column names
            f"SELECT span_no, {names}, map_from_entries(attributes) FROM incoming JOIN new_spans USING (row) "
            "ORDER BY span_no"
        )
    for table, rows in (("checks", batch.checks), ("outcomes", batch.outcomes)):
        if rows.height:
            named = ", ".join(column for column in rows.columns if column != "row")
            with tx.frame("reported", rows):
                tx.execute(
                    f"INSERT INTO {table} (span_no, {named}) "  # noqa: S608 - the loader's own column names
                    f"SELECT span_no, {named} FROM reported JOIN new_spans USING (row)"
                )
    with tx.frame("arrived_resources", batch.resources):
        tx.execute(
            "INSERT INTO resources SELECT resource_id, map_from_entries(attributes) FROM arrived_resources"
            " ANTI JOIN resources USING (resource_id)"
        )
    return int(tx.query("SELECT count(*) AS n FROM new_spans").item())
