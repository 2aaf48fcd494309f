"""Append the outcomes that were told beside the spans: each id once, and a fault for what cannot stand."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from warehouse.transaction import Transaction

# An outcome that is told again is the one we have; its first telling stands.
_FRESH = """
    CREATE OR REPLACE TEMP TABLE fresh_outcomes AS
    WITH first_told AS (
        SELECT *, first_value(digest) OVER told AS first_digest, row_number() OVER told AS place
        FROM told_now
        WINDOW told AS (PARTITION BY sender, outcome_id ORDER BY row)
    )
    SELECT
        first_told.* EXCLUDE (place, first_digest),
        coalesce(reported_outcomes.digest, first_told.first_digest) AS standing_digest,
        place = 1 AND reported_outcomes.outcome_no IS NULL AS is_new
    FROM first_told
    LEFT JOIN reported_outcomes
      ON reported_outcomes.sender = first_told.sender AND reported_outcomes.outcome_id = first_told.outcome_id
"""

_INSERT = """
    INSERT INTO reported_outcomes BY NAME
    SELECT
        fresh_outcomes.* EXCLUDE (row, standing_digest, is_new),
        (SELECT coalesce(max(outcome_no), 0) FROM reported_outcomes) + row_number() OVER (ORDER BY row) AS outcome_no
    FROM fresh_outcomes
    WHERE is_new
"""

# What was told stays in the journal; here it is said why it does not count.
_FAULTS = """
    WITH foreign_tasks AS (
        SELECT fresh_outcomes.row
        FROM fresh_outcomes
        JOIN tasks ON tasks.task_id = fresh_outcomes.task_id
        WHERE is_new
        GROUP BY fresh_outcomes.row
        HAVING bool_and(
            tasks.sender <> fresh_outcomes.sender
            AND fresh_outcomes.speaks_for IS NOT NULL
            AND NOT coalesce(list_contains(fresh_outcomes.speaks_for, tasks.team), FALSE)
        )
    )
    SELECT
        received_at, journal_day, journal_seq, sender, concat('outcome ', outcome_id) AS culprit,
        CASE
            WHEN digest <> standing_digest THEN concat(
                'outcome_id ', outcome_id, ' was told before and said otherwise; the first telling stands. ',
                'A later decision needs an outcome_id of its own')
            ELSE concat(
                'task ', task_id, ' is of another team than the key may speak for; the outcome waits for a task of ',
                'that id that is its own')
        END AS sentence,
        NULL AS record
    FROM fresh_outcomes
    WHERE digest <> standing_digest OR row IN (SELECT row FROM foreign_tasks)
    ORDER BY row
"""


@dataclass(frozen=True, slots=True)
class Reported:
    """How many outcomes were new, how many were told before, and how many of either are faults."""

    outcomes: int = 0
    duplicates: int = 0
    faults: int = 0


def append_reported(tx: Transaction, told: pl.DataFrame) -> Reported:
    """Write outcomes (the columns of `reported_outcomes` but `outcome_no`) in the order of the frame."""
    if told.is_empty():
        return Reported()
    with tx.frame("told_now", told.with_row_index("row")):
        tx.execute(_FRESH)
    # Before they are in: a fault is of what they meet.
    faults = tx.query(_FAULTS)
    tx.execute(_INSERT)
    tx.insert("faults", faults.with_columns(pl.col("record").cast(pl.String)))
    fresh = int(tx.query("SELECT count(*) AS n FROM fresh_outcomes WHERE is_new").item())
    return Reported(fresh, told.height - fresh, faults.height)
