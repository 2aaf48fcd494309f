"""Append what the loader read: new spans with their checks, outcomes and faults, and the mark that covers them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from warehouse.reported import append_reported
from warehouse.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Batch:
    """One reading of the journal.

    `spans` has the columns of the table without `span_no`, plus `row` (0 … n−1) and `attributes` as a list of
    {key, value}; `checks` and `outcomes` name their span by `row`. `marks` says, for each journal day read, the
    last entry the batch covers. `points` has the columns of its table without `point_no`; `left_out` is added up.
    `reported` has the columns of `reported_outcomes` without `outcome_no`. `crcs` are those of the entries the marks
    stand on; of the days `begun_again` another file is there than was read so far.
    """

    spans: pl.DataFrame
    checks: pl.DataFrame
    outcomes: pl.DataFrame
    resources: pl.DataFrame
    faults: pl.DataFrame
    marks: Mapping[dt.date, int]
    points: pl.DataFrame = field(default_factory=pl.DataFrame)
    left_out: pl.DataFrame = field(default_factory=pl.DataFrame)
    reported: pl.DataFrame = field(default_factory=pl.DataFrame)
    crcs: Mapping[dt.date, int] = field(default_factory=dict)
    begun_again: Collection[dt.date] = ()


@dataclass(frozen=True, slots=True)
class Appended:
    """How many spans, points and outcomes were new; how many spans and outcomes the warehouse had already.

    `faults` are outcomes that are told and do not count; they stand among the faults.
    """

    spans: int
    duplicates: int
    points: int = 0
    outcomes: int = 0
    faults: int = 0


_IDENTITY = ("row", "sender", "team", "team_believed", "trace_id", "span_id")

# A sender that did not hear our answer sends the same bytes again: the same span has the same ids and start,
# so only spans that started in the batch's own range need to be looked at. What a gateway sends for one team is never
# taken for what it sent for another.
_NEW_SPANS = """
    CREATE OR REPLACE TEMP TABLE new_spans AS
    WITH arrived AS (
        SELECT sender, CASE WHEN team_believed THEN team ELSE '' END AS owner, trace_id, span_id, min(row) AS row
        FROM incoming
        GROUP BY ALL
    ),
    -- By the span's id alone, which is next to never known: nothing else of the stored spans is read then.
    known AS (
        SELECT rowid AS place
        FROM spans
        WHERE started_at >= $first_at AND started_at <= $last_at AND span_id IN (SELECT span_id FROM arrived)
    ),
    stored AS (
        SELECT sender, CASE WHEN team_believed THEN team ELSE '' END AS owner, trace_id, span_id
        FROM spans
        WHERE rowid IN (SELECT place FROM known)
    ),
    fresh AS (
        SELECT row FROM arrived ANTI JOIN stored USING (sender, owner, trace_id, span_id)
    )
    SELECT row, (SELECT coalesce(max(span_no), 0) FROM spans) + row_number() OVER (ORDER BY row) AS span_no
    FROM fresh
"""


# The same point sent again, or flushed twice: same series, same times, same value. Points that arrive are few.
_NEW_POINTS = """
    CREATE OR REPLACE TEMP TABLE new_points AS
    WITH arrived AS (
        SELECT row, sender, series, started_at, counted_at, value
        FROM counted
        QUALIFY row_number() OVER (PARTITION BY sender, series, started_at, counted_at, value ORDER BY row) = 1
    ),
    stored AS (
        SELECT sender, series, started_at, counted_at, value
        FROM points
        WHERE counted_at >= (SELECT min(counted_at) FROM arrived)
          AND counted_at <= (SELECT max(counted_at) FROM arrived)
    ),
    fresh AS (
        SELECT row FROM arrived ANTI JOIN stored USING (sender, series, started_at, counted_at, value)
    )
    SELECT row, (SELECT coalesce(max(point_no), 0) FROM points) + row_number() OVER (ORDER BY row) AS point_no
    FROM fresh
"""


# Of an entry that is read again, they are there already.
_NEW_FAULTS = """
    INSERT INTO faults BY NAME
    SELECT told_faults.*
    FROM told_faults
    ANTI JOIN faults ON
        faults.journal_day = told_faults.journal_day AND faults.journal_seq = told_faults.journal_seq
        AND faults.received_at = told_faults.received_at AND faults.culprit = told_faults.culprit
        AND faults.sentence = told_faults.sentence
        AND faults.journal_seq > 0
"""
_FIRST_MARK = """
    INSERT INTO journal_marks (journal_day, loaded_seq, former_entries)
    SELECT $day, 0, 0
    WHERE NOT EXISTS (FROM journal_marks WHERE journal_day = $day)
"""


def append(tx: Transaction, batch: Batch) -> Appended:
    """Write the batch inside the caller's transaction; a span that is there (by sender, owner and ids) is dropped."""
    for day in batch.begun_again:
        begin_again(tx, day)
    fresh = _append_spans(tx, batch) if batch.spans.height else 0
    points = _append_points(tx, batch) if batch.points.height else 0
    if batch.left_out.height:
        _add_left_out(tx, batch.left_out)
    if batch.faults.height:
        with tx.frame("told_faults", batch.faults):
            tx.execute(_NEW_FAULTS)
    for day, seq in batch.marks.items():
        mark = {"day": day, "seq": seq, "crc32": batch.crcs.get(day)}
        tx.execute(_FIRST_MARK, {"day": day})
        tx.execute("UPDATE journal_marks SET loaded_seq = $seq, crc32 = $crc32 WHERE journal_day = $day", mark)
    reported = append_reported(tx, batch.reported)
    duplicates = batch.spans.height - fresh + reported.duplicates
    return Appended(fresh, duplicates, points, reported.outcomes, reported.faults)


def begin_again(tx: Transaction, day: dt.date) -> None:
    """Have a day of the journal read from its beginning: what was read of it stays, and is not counted again."""
    tx.execute(
        "UPDATE journal_marks SET former_entries = former_entries + loaded_seq, loaded_seq = 0, crc32 = NULL"
        " WHERE journal_day = $day",
        {"day": day},
    )
    # Sums, in which nobody finds again what was added already.
    tx.execute("DELETE FROM left_out WHERE received_on = $day", {"day": day})


def _append_points(tx: Transaction, batch: Batch) -> int:
    names = ", ".join(batch.points.columns)
    with tx.frame("counted", batch.points.with_row_index("row")):
        tx.execute(_NEW_POINTS)
        tx.execute(
            f"INSERT INTO points (point_no, {names}) "  # noqa: S608 - the loader's own column names
            f"SELECT point_no, {names} FROM counted JOIN new_points USING (row) ORDER BY point_no"
        )
    _append_resources(tx, batch.resources)
    return int(tx.query("SELECT count(*) AS n FROM new_points").item())


def _add_left_out(tx: Transaction, left_out: pl.DataFrame) -> None:
    keys = "received_on, sender, signal, scope_name, name"
    with tx.frame("others", left_out):
        tx.execute(
            f"CREATE OR REPLACE TEMP TABLE counted_out AS SELECT {keys}, sum(records)::BIGINT AS records FROM ("  # noqa: S608 - constants of this file
            f" SELECT {keys}, records FROM others UNION ALL"
            f" SELECT {keys}, records FROM left_out SEMI JOIN others USING ({keys})) GROUP BY {keys}"
        )
    tx.execute(f"DELETE FROM left_out WHERE ({keys}) IN (SELECT ({keys}) FROM counted_out)")  # noqa: S608 - the same
    tx.execute(f"INSERT INTO left_out SELECT {keys}, records FROM counted_out")  # noqa: S608 - the same


def _append_spans(tx: Transaction, batch: Batch) -> int:
    started_at = batch.spans["started_at"]
    with tx.frame("incoming", batch.spans.select(*_IDENTITY)):
        # Bounds told as values: DuckDB reads no ids beyond them. Those that it found itself were joined with all spans.
        tx.execute(_NEW_SPANS, {"first_at": started_at.min(), "last_at": started_at.max()})
    # Numbered here, in order: DuckDB would sort whole rows, attributes and all.
    numbers = tx.query("SELECT row, span_no FROM new_spans ORDER BY row")
    fresh = batch.spans if len(numbers) == batch.spans.height else batch.spans[numbers["row"]]
    names = ", ".join(column for column in fresh.columns if column != "row")
    with tx.frame("incoming", fresh.with_columns(numbers["span_no"])):
        tx.execute(
            f"INSERT INTO spans (span_no, {names}) SELECT span_no, {names} FROM incoming"  # noqa: S608 - the loader's own column names
        )
    for table, rows in (("checks", batch.checks), ("outcomes", batch.outcomes)):
        if rows.height:
            named = ", ".join(column for column in rows.columns if column != "row")
            with tx.frame("reported", rows):
                tx.execute(
                    f"INSERT INTO {table} (span_no, {named}) "  # noqa: S608 - the loader's own column names
                    f"SELECT span_no, {named} FROM reported JOIN new_spans USING (row)"
                )
    _append_resources(tx, batch.resources)
    return int(tx.query("SELECT count(*) AS n FROM new_spans").item())


def _append_resources(tx: Transaction, resources: pl.DataFrame) -> None:
    with tx.frame("arrived_resources", resources):
        tx.execute(
            "INSERT INTO resources SELECT resource_id, attributes FROM arrived_resources"
            " ANTI JOIN resources USING (resource_id)"
        )
