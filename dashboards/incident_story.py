"""All that is known of one incident, gathered once, for its page and for its URL: so both say the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from dashboards.incident_words import Incident, standing
from dashboards.queries import Look
from warehouse import json_value, rounded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPIKE = "spend_spike"
BEGINNING, END = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - as stored: naive UTC


@dataclass(frozen=True, slots=True)
class Outlook:
    """How fast a spike goes, and what it comes to at `by` (naive UTC) were every hour to come like the last one."""

    last_hour_usd: Decimal
    projected_usd: Decimal | None  # above what is expected; None when it is over, or older than a day
    by: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One incident with what explains it and what was done about it."""

    incident: Incident
    leaves: pl.DataFrame
    evidence: pl.DataFrame
    acts: pl.DataFrame
    messages: pl.DataFrame
    attempts: dict[str, Any]  # in it and in the four weeks before, and how many of them failed
    outlook: Outlook | None  # of a spike


def story(look: Look, incident_id: str) -> Story | None:
    """The incident's story; None when there is no such incident, or the reader may not see it."""
    found = look("incident", incident=incident_id)
    if found.is_empty():
        return None
    incident = found.row(0, named=True)
    hour = look("incident_hour", incident=incident_id).row(0, named=True)
    return Story(
        incident,
        leaves=look("incident_leaves", incident=incident_id),
        evidence=look("incident_evidence", incident=incident_id),
        acts=look("incident_acts", incident=incident_id),
        messages=look("messages", incident=incident_id),
        attempts={name: count for name, count in hour.items() if name != "last_hour_usd"},
        outlook=outlook(incident, hour["last_hour_usd"]) if incident["kind"] == SPIKE else None,
    )


def outlook(incident: Incident, last_hour_usd: Decimal) -> Outlook:
    """What the message of a spike says of its speed and of its first day."""
    age = incident["last_seen_at"] - incident["opened_at"]
    by = incident["opened_at"] + DAY
    if incident["resolved_at"] is not None or not timedelta(0) < age < DAY:
        return Outlook(last_hour_usd, None, by)
    usual_an_hour = incident["expected_usd"] * HOUR.seconds / Decimal(age.total_seconds())
    beyond = max(last_hour_usd - usual_an_hour, Decimal(0))
    left = Decimal((DAY - age).total_seconds()) / HOUR.seconds
    return Outlook(last_hour_usd, rounded(incident["impact_usd"] + beyond * left), by)


def list_json(look: Look, since: datetime | None, until: datetime | None, now: datetime) -> list[dict[str, Any]]:
    """What was out of line in [since, until) (aware), or still is, for programs; dearest first."""
    bounds = {"since": _stored(since) if since else BEGINNING, "until": _stored(until) if until else END}
    found = look("incidents", **bounds)
    return [_cells(row) | {"standing": standing(row, now)} for row in found.iter_rows(named=True)]


def as_json(told: Story, now: datetime) -> dict[str, Any]:
    """The story for programs: money as decimal strings, instants as ISO 8601 with Z."""
    ahead = told.outlook
    return {
        **_cells(told.incident),
        "standing": standing(told.incident, now),
        "last_hour_usd": json_value(ahead.last_hour_usd) if ahead else None,
        "projected_usd": json_value(ahead.projected_usd) if ahead else None,
        "projected_until": json_value(ahead.by) if ahead and ahead.projected_usd is not None else None,
        "attempts": told.attempts,
        "leaves": [_cells(row) for row in told.leaves.iter_rows(named=True)],
        "evidence": [_cells(row) for row in told.evidence.iter_rows(named=True)],
        "acts": [_cells(row) for row in told.acts.iter_rows(named=True)],
        "messages": [
            _cells({name: value for name, value in row.items() if name != "body"})
            for row in told.messages.iter_rows(named=True)
        ],
    }


def _cells(row: Incident) -> dict[str, Any]:
    return {name: json_value(value) for name, value in row.items()}


def _stored(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
