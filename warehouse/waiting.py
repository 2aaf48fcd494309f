"""Outcomes that wait: told beside the spans, and no task is joined to them yet; each with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse.cells import json_value
from warehouse.store import Warehouse

# The rule of steps/6a_outcomes.sql, asked of every outcome at once.
_WAITING = """
    WITH named AS (
        SELECT told.outcome_no, parts.sender, parts.owner, parts.task_id, parts.team
        FROM reported_outcomes AS told
        JOIN task_parts AS parts ON parts.task_id = told.task_id
        UNION
        SELECT told.outcome_no, parts.sender, parts.owner, parts.task_id, parts.team
        FROM reported_outcomes AS told
        JOIN task_parts AS parts ON parts.trace_id = told.trace_id
    ),
    judged AS (
        SELECT
            named.outcome_no, named.sender, named.owner, named.task_id,
            bool_or(
                (
                    named.sender = told.sender OR told.speaks_for IS NULL
                    OR coalesce(list_contains(told.speaks_for, named.team), FALSE)
                ) AND (told.team IS NULL OR lower(told.team) = coalesce(lower(named.team), ''))
            ) AS allowed,
            bool_or(named.sender = told.sender) AS own
        FROM named
        JOIN reported_outcomes AS told ON told.outcome_no = named.outcome_no
        GROUP BY named.outcome_no, named.sender, named.owner, named.task_id
    ),
    counted AS (
        SELECT
            outcome_no,
            count(*) FILTER (WHERE allowed) AS theirs,
            count(*) FILTER (WHERE allowed AND own) AS their_own
        FROM judged
        GROUP BY outcome_no
    )
    SELECT
        told.outcome_id, told.task_id, told.trace_id, told.team, told.kind, told.status, told.decided_at,
        told.received_at,
        CASE
            WHEN counted.outcome_no IS NULL THEN 'no span of its task has come'
            WHEN counted.theirs = 0 THEN 'the task is of another team than its key may speak for'
            ELSE concat(counted.theirs, ' tasks have that id; tell the team too')
        END AS because
    FROM reported_outcomes AS told
    LEFT JOIN counted ON counted.outcome_no = told.outcome_no
    WHERE NOT coalesce(counted.their_own = 1 OR (counted.their_own = 0 AND counted.theirs = 1), FALSE)
      AND ($teams IS NULL OR list_has_any(told.speaks_for, $teams))
    ORDER BY told.received_at, told.outcome_no
    LIMIT $most
"""


def waiting_outcomes(warehouse: Warehouse, *, teams: Sequence[str] | None, most: int = 1_000) -> list[dict[str, Any]]:
    """The outcomes that no task has, the oldest first; to readers of some teams those that their keys told."""
    found = warehouse.query(_WAITING, {"teams": None if teams is None else list(teams), "most": most})
    return [{name: json_value(cell) for name, cell in row.items()} for row in found.iter_rows(named=True)]
