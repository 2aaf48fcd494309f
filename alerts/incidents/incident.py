"""An incident: an open condition with a beginning and an end, as the warehouse keeps it and pages show it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from warehouse import Transaction, Warehouse

SPEND_SPIKE = "spend_spike"
SPEND_DROP = "spend_drop"
OF_SPEND = (SPEND_SPIKE, SPEND_DROP)  # out of line: of these people say what they were, and the detector learns
BUDGET = "budget"
SILENCE = "silence"
RUNAWAY = "runaway"

TEAM, COMPANY = "team", "company"  # wholes: what sums workflows up
UNATTRIBUTED = "Unattributed"  # how people name the spend that nobody owns

# Worst first; a page wakes somebody, a warning waits for the morning.
SEVERITIES = ("page", "warn", "info")


@dataclass(frozen=True, slots=True)
class Incident:
    """One row of `incidents`; instants are naive UTC, as stored."""

    incident_id: str
    kind: str
    team: str | None  # None = Unattributed
    workflow: str | None
    opened_at: datetime
    noticed_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    severity: str
    actual_usd: Decimal
    expected_usd: Decimal
    impact_usd: Decimal
    driver: str  # '' where spend has no part in it
    cause: str
    model: str | None
    dedup_key: str
    parent_id: str | None = None  # the incident that explains it
    whole: str | None = None  # TEAM or COMPANY: of all of its workflows
    of_model: str | None = None  # the one model of the workflow that it is of; None = of all of them

    @property
    def state(self) -> str:
        """'open' or 'resolved'."""
        return "resolved" if self.resolved_at else "open"

    def row(self) -> dict[str, Any]:
        """The incident under the names of the table's columns."""
        return asdict(self) | {"state": self.state}


COLUMNS = (*Incident.__dataclass_fields__, "state")

WRITE = f"INSERT INTO incidents ({', '.join(COLUMNS)}) VALUES ({', '.join('$' + name for name in COLUMNS)})"  # noqa: S608 - names are ours

FORGET = "DELETE FROM incidents WHERE incident_id = $incident_id"

OPEN = """
SELECT incident_id, kind, team, workflow, opened_at, noticed_at, last_seen_at, resolved_at, state, severity,
       actual_usd, expected_usd, impact_usd, driver, cause, model, dedup_key, parent_id, whole, of_model
FROM incidents
WHERE state = 'open' AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY impact_usd DESC, opened_at, incident_id
"""

BETWEEN = """
SELECT incident_id, kind, team, workflow, opened_at, noticed_at, last_seen_at, resolved_at, state, severity,
       actual_usd, expected_usd, impact_usd, driver, cause, model, dedup_key, parent_id, whole, of_model
FROM incidents
WHERE opened_at < $until AND coalesce(resolved_at, $until) >= $since
  AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY opened_at DESC, impact_usd DESC, incident_id
"""

OF_KIND = """
SELECT incident_id, kind, team, workflow, opened_at, noticed_at, last_seen_at, resolved_at, severity,
       actual_usd, expected_usd, impact_usd, driver, cause, model, dedup_key, parent_id, whole, of_model
FROM incidents
WHERE kind = $kind AND coalesce(resolved_at, $since) >= $since
ORDER BY opened_at, incident_id
"""

BY_ID = """
SELECT incident_id, kind, team, workflow, opened_at, noticed_at, last_seen_at, resolved_at, severity,
       actual_usd, expected_usd, impact_usd, driver, cause, model, dedup_key, parent_id, whole, of_model
FROM incidents
WHERE incident_id = $incident_id
"""

CHILDREN = """
SELECT incident_id FROM incidents
WHERE parent_id = $incident_id
ORDER BY impact_usd DESC, opened_at, incident_id
"""

BEGINNING, END = datetime(1, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001 - as stored: naive UTC


def open_incidents(warehouse: Warehouse, *, teams: Sequence[str] | None = None) -> pl.DataFrame:
    """The open incidents, dearest first, with the columns of the table; `teams` sees those teams' and nothing else."""
    return warehouse.query(OPEN, {"teams": _listed(teams)})


def incidents(
    warehouse: Warehouse,
    since: datetime | None = None,
    until: datetime | None = None,
    teams: Sequence[str] | None = None,
) -> pl.DataFrame:
    """The incidents that were open at some time in [since, until), the latest first; bounds are aware instants."""
    bounds = {"since": stored(since) if since else BEGINNING, "until": stored(until) if until else END}
    return warehouse.query(BETWEEN, {**bounds, "teams": _listed(teams)})


def of_kind(warehouse: Warehouse | Transaction, kind: str, since: datetime) -> list[Incident]:
    """The incidents of one kind that are open, or were resolved at or after `since` (naive UTC); oldest first."""
    found = warehouse.query(OF_KIND, {"kind": kind, "since": since})
    return [Incident(**row) for row in found.iter_rows(named=True)]


def by_id(warehouse: Warehouse, incident_id: str) -> Incident | None:
    """One incident, or None when there is none of that id."""
    found = warehouse.query(BY_ID, {"incident_id": incident_id})
    return None if found.is_empty() else Incident(**found.row(0, named=True))


def children(warehouse: Warehouse, incident_id: str) -> list[str]:
    """The ids of the incidents that this one explains, the dearest first."""
    found: list[str] = warehouse.query(CHILDREN, {"incident_id": incident_id})["incident_id"].to_list()
    return found


def write(tx: Transaction, incident: Incident) -> None:
    """Put the incident's row in place of what stood under its id."""
    tx.execute(FORGET, {"incident_id": incident.incident_id})
    tx.execute(WRITE, incident.row())


def identity(kind: str, *parts: str | None) -> str:
    """A short stable name for a condition: the same parts give the same name in every run and every rebuild."""
    told = "\x1f".join("\x00" if part is None else part for part in (kind, *parts))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def stored(instant: datetime) -> datetime:
    """An aware instant as the warehouse keeps it: naive UTC. Raises ValueError for one without a time zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; give an aware instant")
    return instant.astimezone(UTC).replace(tzinfo=None)


def _listed(teams: Sequence[str] | None) -> list[str] | None:
    return None if teams is None else list(teams)
