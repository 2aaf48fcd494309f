"""Answer a message: links that say who may do what to which incident until when, and what becomes of it.

A link is signed, expires, and works once. Opening it changes nothing; what changes is appended and never rewritten.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import polars as pl

from alerts.channels import Action
from alerts.incident import SEVERITIES, Incident, by_id, stored
from alerts.message import ACKNOWLEDGE, INCIDENT_PAGE, RESOLVE, TRIGGER, Message, about, scope, total, when
from alerts.outbox import post
from alerts.plain import plain
from alerts.routes import ROUTED
from warehouse import Transaction, Warehouse

ACKNOWLEDGED, SNOOZE, EXPECTED = "acknowledge", "snooze", "expected"
LABELS = {ACKNOWLEDGED: "Acknowledge", SNOOZE: "Snooze", EXPECTED: "Mark as expected"}
LASTS = timedelta(days=7)
LONGEST = {SNOOZE: timedelta(days=7), EXPECTED: timedelta(days=92)}
NAME_LENGTH, REASON_LENGTH = 80, 300
KEY_BYTES = 32

LATEST = """
SELECT incident_id, action, done_by, until_at, reason, used_at, digest FROM link_uses
WHERE list_contains($incidents, incident_id)
QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY rowid DESC) = 1
"""

USED = "SELECT done_by, used_at FROM link_uses WHERE digest = $digest AND digest <> ''"

# Snoozes that ran out while the incident went on, and of which nothing was said since.
RUN_OUT = """
WITH latest AS (
    SELECT incident_id, action, until_at FROM link_uses
    QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY rowid DESC) = 1
)
SELECT latest.incident_id, latest.until_at
FROM latest
JOIN incidents ON incidents.incident_id = latest.incident_id
WHERE latest.action = 'snooze' AND latest.until_at <= $now AND incidents.resolved_at IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM outbox
      WHERE outbox.dedup_key = incidents.dedup_key AND outbox.event = 'trigger'
        AND outbox.written_at >= latest.until_at
  )
ORDER BY latest.incident_id
"""


class LinkRefused(ValueError):
    """A link does nothing: it is not ours, too old, or used; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks for."""

    action: str
    incident_id: str
    expires_at: datetime  # aware UTC
    digest: str  # names the link without being it


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did about an incident, latest first to be asked for."""

    action: str
    done_by: str
    used_at: datetime  # naive UTC
    until_at: datetime | None = None
    reason: str | None = None

    def sentence(self) -> str:
        """'Acknowledged by Dana at 2026-10-03 03:04 UTC.'"""
        done = {ACKNOWLEDGED: "Acknowledged", SNOOZE: "Snoozed", EXPECTED: "Marked as expected"}[self.action]
        until = f" until {when(self.until_at)}" if self.until_at else ""
        because = f": {plain(self.reason, REASON_LENGTH)}" if self.reason else ""
        return f"{done} by {plain(self.done_by)} at {when(self.used_at)}{until}{because}."


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the links of one home."""

    pages: str  # the address of the pages
    key: bytes = field(repr=False)

    def answers(self, incident_id: str, written_at: datetime) -> tuple[Action, ...]:
        """The links of a message about an incident; the same message has the same links at every try."""
        expires = int((written_at.replace(tzinfo=UTC) + LASTS).timestamp())
        answering = tuple(
            Action(name, label, f"{self.pages}/answer/{self._token(name, incident_id, expires)}")
            for name, label in LABELS.items()
        )
        return (*answering, Action("open", "Open incident", f"{self.pages}/{INCIDENT_PAGE}?id={incident_id}"))

    def read(self, token: str, now: datetime) -> Asked:
        """What a link asks for; raises LinkRefused for one that is not ours or has expired."""
        told, _, signed = token.partition(".")
        if not hmac.compare_digest(signed.encode("utf-8", "replace"), self._signature(told).encode()):
            raise LinkRefused("this link is not one of ours; perhaps a part of it was cut off")
        try:
            action, incident_id, expires = base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)).decode().split("\n")
        except (binascii.Error, ValueError) as error:
            raise AssertionError("we signed something else than a link") from error
        expires_at = datetime.fromtimestamp(int(expires), UTC)
        if now >= expires_at:
            raise LinkRefused(f"this link expired at {when(stored(expires_at))}; the incident's page is still there")
        return Asked(action, incident_id, expires_at, hashlib.sha256(token.encode()).hexdigest())

    def _token(self, action: str, incident_id: str, expires: int) -> str:
        told = base64.urlsafe_b64encode(f"{action}\n{incident_id}\n{expires}".encode()).decode().rstrip("=")
        return f"{told}.{self._signature(told)}"

    def _signature(self, told: str) -> str:
        made = hmac.new(self.key, b"answer\n" + told.encode("utf-8", "replace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made[:20]).decode().rstrip("=")


def latest_acts(warehouse: Warehouse | Transaction, incidents: list[str]) -> dict[str, Act]:
    """What was last done about each of these incidents."""
    found = warehouse.query(LATEST, {"incidents": incidents})
    return {
        row["incident_id"]: Act(row["action"], row["done_by"], row["used_at"], row["until_at"], row["reason"])
        for row in found.iter_rows(named=True)
    }


def used(warehouse: Warehouse, asked: Asked) -> str | None:
    """Who used the link, as a sentence, or None while it may still be used."""
    found = warehouse.query(USED, {"digest": asked.digest})
    if found.is_empty():
        return None
    by, at = found.row(0)
    return f"this link was used by {plain(by)} at {when(at)}"


def act(
    warehouse: Warehouse,
    incident_id: str,
    action: str,
    by: str,
    now: datetime,
    *,
    until: datetime | None = None,
    reason: str = "",
    digest: str = "",
    links: str = "",
) -> Act:
    """Do what a link or a command asks for, note who did it, and tell whoever was told of the incident.

    `until` ends a snooze or what is expected, and must be given for them; `digest` names the link, which then works
    no more. Raises LinkRefused with a sentence for what cannot be done.
    """
    incident = by_id(warehouse, incident_id)
    if incident is None:
        raise LinkRefused(f"there is no incident {incident_id}")
    done = Act(action, _signed(by), stored(now), _until(action, until, now), reason.strip()[:REASON_LENGTH] or None)
    if action == EXPECTED and not done.reason:
        raise LinkRefused("say why it is expected, so that whoever comes after you knows")
    row = {"digest": digest, "incident_id": incident_id, "action": action, "done_by": done.done_by}
    with warehouse.transaction() as tx:
        if digest and not tx.query(USED, {"digest": digest}).is_empty():
            raise LinkRefused("this link was used a moment ago")
        told = pl.DataFrame(
            [{**row, "until_at": done.until_at, "reason": done.reason, "used_at": done.used_at}],
            schema_overrides={"until_at": pl.Datetime("us"), "reason": pl.String, "used_at": pl.Datetime("us")},
        )
        tx.insert("link_uses", told)
        post(tx, _said(incident, done, links), [ROUTED], now)
    return done


def remind(warehouse: Warehouse, now: datetime, links: str = "") -> int:
    """Tell again of incidents that go on although their snooze has run out; returns how many. Each once."""
    ended = warehouse.query(RUN_OUT, {"now": stored(now)})
    for incident_id in ended["incident_id"]:
        incident = by_id(warehouse, incident_id)
        if incident:
            lines = [total(incident), f"Since {when(incident.opened_at)}.", incident.cause]
            told = about(incident, TRIGGER, f"{scope(incident)}: still going on after the snooze", lines, links)
            with warehouse.transaction() as tx:
                post(tx, told, [ROUTED], now)
    return ended.height


def _said(incident: Incident, done: Act, links: str) -> Message:
    # What is expected is over for whoever was woken; anything else only changes who looks after it.
    event = RESOLVE if done.action == EXPECTED else ACKNOWLEDGE
    told = about(
        incident, event, f"{scope(incident)}: {done.sentence()[:-1]}", [done.sentence(), total(incident)], links
    )
    mark = {ACKNOWLEDGED: "acknowledged", SNOOZE: "snoozed", EXPECTED: "expected"}[done.action]
    return Message(
        event,
        told.dedup_key,
        f"[{mark}] {told.subject.partition('] ')[2]}",
        told.lines,
        told.incident_id,
        told.facts | {"severity": incident.severity if incident.severity in SEVERITIES else "warn"},
    )


def _signed(by: str) -> str:
    name = " ".join(by.split())[:NAME_LENGTH]
    if not name:
        raise LinkRefused("sign with your name, so that others know whom to ask")
    return plain(name, NAME_LENGTH)


def _until(action: str, until: datetime | None, now: datetime) -> datetime | None:
    if action == ACKNOWLEDGED:
        return None
    if action not in LABELS:
        raise LinkRefused(f"{plain(action)} is nothing one can do; there are: {', '.join(LABELS)}")
    if until is None or not now < until <= now + LONGEST[action]:
        raise LinkRefused(f"say until when, at most {LONGEST[action].days} days from now")
    return stored(until)
