"""All that is known of one incident, gathered once, for its page and for its URL: so both say the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from dashboards.incident_words import Incident, standing
from dashboards.queries import Look
from warehouse import json_value

SPIKE = "spend_spike"
OF_SPEND = (SPIKE, "spend_drop")  # drawn hour by hour, and one may say what they were
BEGINNING, END = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - as stored: naive UTC


@dataclass(frozen=True, slots=True)
class Story:
    """One incident with what explains it and what was done about it."""

    incident: Incident
    drivers: pl.DataFrame
    leaves: pl.DataFrame
    evidence: pl.DataFrame
    acts: pl.DataFrame
    messages: pl.DataFrame
    attempts: Mapping[str, Any]  # in it and in the four weeks before, and how many of them failed
    outlook: Mapping[str, Any] | None  # of a spike: how fast it goes, and what it comes to
    family: pl.DataFrame  # what explains it, and what it explains


def story(look: Look, incident_id: str) -> Story | None:
    """The incident's story; None when there is no such incident, or the reader may not see it."""
    found = look("incident", incident=incident_id)
    if found.is_empty():
        return None
    ahead = look("incident_outlook", incident=incident_id)
    return Story(
        found.row(0, named=True),
        drivers=look("incident_drivers", incident=incident_id),
        leaves=look("incident_leaves", incident=incident_id),
        evidence=look("incident_evidence", incident=incident_id),
        acts=look("incident_acts", incident=incident_id),
        messages=look("messages", incident=incident_id),
        family=look("incident_family", incident=incident_id),
        attempts=look("incident_attempts", incident=incident_id).row(0, named=True),
        outlook=ahead.row(0, named=True) if ahead.height else None,
    )


def list_json(look: Look, since: datetime | None, until: datetime | None, now: datetime) -> list[dict[str, Any]]:
    """What was out of line in [since, until) (aware), or still is, for programs; dearest first."""
    bounds = {"since": _stored(since) if since else BEGINNING, "until": _stored(until) if until else END}
    found = look("incidents", **bounds)
    return [
        _cells(row) | {"standing": standing(row, now), "children": _children(found, row["incident_id"])}
        for row in found.iter_rows(named=True)
    ]


def as_json(told: Story, now: datetime) -> dict[str, Any]:
    """The story for programs: money as decimal strings, instants as ISO 8601 with Z."""
    return {
        **_cells(told.incident),
        "standing": standing(told.incident, now),
        "children": _children(told.family, told.incident["incident_id"]),
        "outlook": _cells(told.outlook) if told.outlook else None,
        "drivers": [_cells(row) for row in told.drivers.iter_rows(named=True)],
        "attempts": dict(told.attempts),
        "leaves": [_cells(row) for row in told.leaves.iter_rows(named=True)],
        "evidence": [_cells(row) for row in told.evidence.iter_rows(named=True)],
        "acts": [_cells(row) for row in told.acts.iter_rows(named=True)],
        "messages": [
            _cells({name: value for name, value in row.items() if name != "body"})
            for row in told.messages.iter_rows(named=True)
        ],
    }


def _children(rows: pl.DataFrame, incident_id: str) -> list[str]:
    """The ids of those among the rows that the incident explains, in the order of the rows."""
    return rows.filter(pl.col("parent_id") == incident_id)["incident_id"].to_list()


def _cells(row: Incident) -> dict[str, Any]:
    return {name: json_value(value) for name, value in row.items()}


def _stored(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
