"""What is said ahead: events that are planned, and silences; each has an owner, a reason and an end.

A silence keeps messages from being sent, and nothing else: incidents are found and written down as ever. A planned
event changes what is expected: its hours are set aside, so that they neither alarm nor teach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerts.incidents.incident import COMPANY, UNATTRIBUTED, stored
from alerts.plain import plain
from warehouse import Transaction, Warehouse, usd

PLANNED, SILENCED = "planned", "silence"
REASON_LENGTH = 300

COLUMNS = """entry_id, kind, team, workflow, about, starts_at, ends_at, owner, reason, most_usd_an_hour, incident_id,
       added_by, added_at, ended_at, ended_by, whole"""

READ = f"""
SELECT {COLUMNS} FROM agenda
WHERE ($kind IS NULL OR kind = $kind) AND ($teams IS NULL OR list_contains($teams, team))
  AND ($since IS NULL OR (ends_at > $since AND coalesce(ended_at, ends_at) > $since))
ORDER BY starts_at, added_at, entry_id
"""  # noqa: S608 - columns of ours

OF_INCIDENT = f"""
SELECT {COLUMNS} FROM agenda
WHERE incident_id = $incident_id AND ended_at IS NULL
ORDER BY added_at DESC
"""  # noqa: S608 - columns of ours


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of `agenda`; instants are naive UTC, as stored."""

    entry_id: str
    kind: str
    team: str | None  # None = every team; 'Unattributed' is one
    workflow: str | None  # None = every workflow
    about: str | None  # a silence's kind of incident; None = all
    starts_at: datetime
    ends_at: datetime
    owner: str
    reason: str
    most_usd_an_hour: Decimal | None  # what is planned costs no more; None = whatever it costs
    incident_id: str | None  # said of this incident
    added_by: str
    added_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    whole: str | None = None  # TEAM or COMPANY: said of an incident of it, and of none of its workflows

    @property
    def until(self) -> datetime:
        """Its end, as it is now."""
        return min(self.ends_at, self.ended_at) if self.ended_at else self.ends_at

    @property
    def scope(self) -> str:
        """'support / chat', 'support', 'every team'."""
        team = plain(self.team) if self.team is not None else "every team"
        if self.whole is not None:
            return f"{team}, taken together"
        return f"{team} / {plain(self.workflow)}" if self.workflow is not None else team

    def is_on(self, at: datetime) -> bool:
        """Whether it runs at an instant (naive UTC)."""
        return self.starts_at <= at < self.until

    def fits(self, team: str | None, workflow: str | None, kind: str, whole: str | None = None) -> bool:
        """Whether an incident's kind and owner are among what it is for."""
        return (
            self.whole in {None, whole}
            and (self.team is None or (whole != COMPANY and self.team == (UNATTRIBUTED if team is None else team)))
            and self.workflow in {None, workflow}
            and self.about in {None, kind}
        )

    def sentence(self) -> str:
        """'Silenced by Dana until 2026-10-03 07:00 UTC: load test.'"""
        what = "Silenced" if self.kind == SILENCED else "Planned"
        most = f", at most {usd(self.most_usd_an_hour)} an hour" if self.most_usd_an_hour is not None else ""
        until = f"{self.until:%Y-%m-%d %H:%M} UTC"
        return f"{what} by {plain(self.owner)} until {until}{most}: {plain(self.reason, REASON_LENGTH)}."


def agenda(
    warehouse: Warehouse, now: datetime, *, past: bool = False, teams: Sequence[str] | None = None
) -> list[Entry]:
    """What runs or comes, in the order it begins; with `past` also what is over. `teams` sees those teams' alone."""
    return entries(warehouse, since=None if past else stored(now), teams=teams)


def entries(
    source: Warehouse | Transaction,
    *,
    kind: str | None = None,
    since: datetime | None = None,
    teams: Sequence[str] | None = None,
) -> list[Entry]:
    """The entries of a kind that end after `since` (naive UTC)."""
    asked: dict[str, Any] = {"kind": kind, "since": since, "teams": None if teams is None else list(teams)}
    return [Entry(**row) for row in source.query(READ, asked).iter_rows(named=True)]


def of_incident(tx: Transaction, incident_id: str) -> list[Entry]:
    """What was said of an incident and has not been ended."""
    return [Entry(**row) for row in tx.query(OF_INCIDENT, {"incident_id": incident_id}).iter_rows(named=True)]
