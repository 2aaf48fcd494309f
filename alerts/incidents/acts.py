"""What people did and said about incidents: kept one after the other, and asked for by who must heed it.

Acknowledged, snoozed and expected say who looks after an incident, or that nobody need. A word of feedback says what
it was, and the detector learns from it at once. What is undone never was; its row stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import polars as pl

from alerts.detecting import FALSE_ALARM, INCIDENT, NEW_NORMAL, TOO_SMALL
from alerts.incidents.incident import SPEND_SPIKE, stored
from alerts.incidents.message import when
from alerts.plain import plain
from warehouse import Transaction, Warehouse, usd

ACKNOWLEDGED, SNOOZE, EXPECTED = "acknowledge", "snooze", "expected"
LABELS: Final = {ACKNOWLEDGED: "Acknowledge", SNOOZE: "Snooze", EXPECTED: "Mark as expected"}

# What a word of feedback does; only of spend out of line, risen or fallen, can anything be said.
WORDS: Final = {
    INCIDENT: "It was real: its hours teach nothing, and it never becomes the usual level.",
    NEW_NORMAL: "This level is the usual one from now on; the incident is over.",
    TOO_SMALL: "Nobody hears of so little of this workflow again; the incident is over.",
    FALSE_ALARM: "Nothing was wrong: its hours are as usual as others, the next alarm must be surer; it is over.",
}
ACTIONS: Final = {
    **LABELS,
    INCIDENT: "It was an incident",
    NEW_NORMAL: "New normal",
    TOO_SMALL: "Too small",
    FALSE_ALARM: "False alarm",
}
ENDS: Final = (EXPECTED, NEW_NORMAL, TOO_SMALL, FALSE_ALARM)  # the incident is over when one of these is said
DONE: Final = {
    ACKNOWLEDGED: "Acknowledged",
    SNOOZE: "Snoozed",
    EXPECTED: "Marked as expected",
    INCIDENT: "Confirmed as an incident",
    NEW_NORMAL: "Called the new normal",
    TOO_SMALL: "Called too small",
    FALSE_ALARM: "Called a false alarm",
}
REASON_LENGTH = 300

LATEST = """
SELECT incident_id, action, done_by, until_at, reason, used_at, amount_usd, undone_at, undone_by FROM link_uses
WHERE list_contains($incidents, incident_id) AND undone_at IS NULL
  AND action IN ('acknowledge', 'snooze', 'expected')
QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY used_at DESC, rowid DESC) = 1
"""

RESOLVED = (
    "SELECT incident_id, resolved_at IS NOT NULL AS over FROM incidents WHERE list_contains($incidents, incident_id)"
)

USED = "SELECT done_by, used_at FROM link_uses WHERE digest = $digest AND digest <> ''"

OF_INCIDENT = """
SELECT action, done_by, used_at, until_at, reason, amount_usd, undone_at, undone_by FROM link_uses
WHERE incident_id = $incident_id
ORDER BY used_at, rowid
"""

LABELLED = """
WITH latest AS (
    SELECT incident_id, action, done_by, used_at FROM link_uses
    WHERE undone_at IS NULL AND action IN ('expected', 'incident', 'new_normal', 'too_small', 'false_alarm')
    QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY used_at DESC, rowid DESC) = 1
)
SELECT
    incidents.incident_id, team, workflow, opened_at, last_seen_at, severity,
    actual_usd, expected_usd, impact_usd, driver, score, window_hours,
    CASE action WHEN 'expected' THEN 'planned' ELSE action END AS word, done_by AS said_by, used_at AS said_at
FROM latest
JOIN incidents ON incidents.incident_id = latest.incident_id
LEFT JOIN incident_outlook AS outlook ON outlook.incident_id = latest.incident_id
WHERE kind = $kind
ORDER BY said_at, incidents.incident_id
"""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did about an incident; instants are naive UTC."""

    action: str
    done_by: str
    used_at: datetime
    until_at: datetime | None = None
    reason: str | None = None
    amount_usd: Decimal | None = None  # expected: what an hour may cost; too_small: what is still too small
    undone_at: datetime | None = None
    undone_by: str | None = None

    def sentence(self) -> str:
        """'Acknowledged by Dana at 2026-10-03 03:04 UTC.'"""
        until = f" until {when(self.until_at)}" if self.until_at else ""
        amount = ""
        if self.amount_usd is not None:
            told = usd(self.amount_usd)
            amount = f", at most {told} an hour" if self.action == EXPECTED else f", as is all below {told}"
        because = f": {plain(self.reason, REASON_LENGTH)}" if self.reason else ""
        undone = f" Undone by {plain(self.undone_by or '')} at {when(self.undone_at)}." if self.undone_at else ""
        return f"{DONE[self.action]} by {plain(self.done_by)} at {when(self.used_at)}{until}{amount}{because}.{undone}"


def latest_acts(warehouse: Warehouse | Transaction, incidents: Sequence[str]) -> dict[str, Act]:
    """Who looks after each of these incidents, or said that nobody need: what was last done about it."""
    found = warehouse.query(LATEST, {"incidents": list(incidents)})
    return {row.pop("incident_id"): Act(**row) for row in found.to_dicts()}


def acts_of(warehouse: Warehouse, incident_id: str) -> list[Act]:
    """All that was done and said about an incident, in that order; what was undone too."""
    return [Act(**row) for row in warehouse.query(OF_INCIDENT, {"incident_id": incident_id}).to_dicts()]


def states(warehouse: Warehouse, incidents: Sequence[str], now: datetime) -> dict[str, str]:
    """'open', 'acknowledged', 'snoozed', 'expected' or 'resolved', by incident."""
    at, acts = stored(now), latest_acts(warehouse, incidents)
    found = warehouse.query(RESOLVED, {"incidents": list(incidents)})
    return {name: _state(acts.get(name), at, over=over) for name, over in found.iter_rows()}


def used(warehouse: Warehouse, digest: str) -> str | None:
    """Who used a link, as a sentence, or None while it may still be used."""
    found = warehouse.query(USED, {"digest": digest})
    if found.is_empty():
        return None
    by, at = found.row(0)
    return f"this link was used by {plain(by)} at {when(at)}"


def labels(warehouse: Warehouse, kind: str = SPEND_SPIKE) -> pl.DataFrame:
    """What people said of spikes, or of drops, the last word of each: for whoever learns from it."""
    return warehouse.query(LABELLED, {"kind": kind})


def _state(act: Act | None, at: datetime, *, over: bool) -> str:
    lasts = act is not None and (act.until_at is None or act.until_at > at)
    if act is not None and lasts and act.action == EXPECTED:
        return "expected"
    if over:
        return "resolved"
    if act is None or not lasts:
        return "open"
    return "snoozed" if act.action == SNOOZE else "acknowledged"
