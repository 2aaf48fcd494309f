"""Answer an incident: do what a link, a page or a command asks for, take it back, and tell whoever was told.

All of it is one transaction with its row in the audit. Nothing that was done is rewritten: what is undone is marked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from alerts.answering.links import LinkRefused
from alerts.delivery.outbox import post
from alerts.delivery.routes import ROUTED
from alerts.detecting import TOO_SMALL
from alerts.incidents.acts import (
    ACKNOWLEDGED,
    ACTIONS,
    ENDS,
    EXPECTED,
    REASON_LENGTH,
    SNOOZE,
    USED,
    WORDS,
    Act,
)
from alerts.incidents.agenda import of_incident
from alerts.incidents.audit import audited
from alerts.incidents.incident import OF_SPEND, SEVERITIES, Incident, by_id, stored, write
from alerts.incidents.message import ACKNOWLEDGE, RESOLVE, TRIGGER, Message, about, scope, total, when
from alerts.incidents.planning import AgendaRefused, end, enter, planned, signed
from alerts.plain import plain
from alerts.spikes.remembered import judge_anew
from warehouse import Transaction, Warehouse

LONGEST = {SNOOZE: timedelta(days=7), EXPECTED: timedelta(days=92)}
SMALL_TIMES = Decimal("1.5")  # times what was too small: nobody argues about a cent more
MARKS = {ACKNOWLEDGED: "acknowledged", SNOOZE: "snoozed", EXPECTED: "expected", "incident": "confirmed"}

# Snoozes that ran out while the incident went on, and of which nothing was said since.
RUN_OUT = """
WITH latest AS (
    SELECT incident_id, action, until_at FROM link_uses
    WHERE undone_at IS NULL AND action IN ('acknowledge', 'snooze', 'expected')
    QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY used_at DESC, rowid DESC) = 1
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

LAST = """
SELECT act_id, action, done_by, used_at, until_at, reason, amount_usd FROM link_uses
WHERE incident_id = $incident_id AND undone_at IS NULL AND act_id IS NOT NULL
ORDER BY used_at DESC, rowid DESC
LIMIT 1
"""

UNDO = "UPDATE link_uses SET undone_at = $undone_at, undone_by = $undone_by WHERE act_id = $act_id"


def act(
    warehouse: Warehouse,
    incident_id: str,
    action: str,
    by: str,
    now: datetime,
    *,
    until: datetime | None = None,
    reason: str = "",
    amount_usd: Decimal | None = None,
    digest: str = "",
    links: str = "",
) -> Act:
    """Do one of ACTIONS, note who did it, and tell whoever was told of the incident.

    `until` ends a snooze or what is expected, and must be given for them; `amount_usd` is what an hour may cost while
    it is expected; `digest` names the link, which then works no more. Raises LinkRefused with a sentence for what
    cannot be done.
    """
    incident = by_id(warehouse, incident_id)
    if incident is None:
        raise LinkRefused(f"there is no incident {plain(incident_id)}")
    done = _asked(incident, action, by, now, until=until, reason=reason, amount_usd=amount_usd)
    with warehouse.transaction() as tx:
        if digest and not tx.query(USED, {"digest": digest}).is_empty():
            raise LinkRefused("this link was used a moment ago")
        _note(tx, incident_id, done, digest)
        _audit(tx, incident, done.action, now, by=done.done_by, reason=done.reason or "", detail=_detail(done))
        if incident.kind in OF_SPEND and action in ENDS and incident.resolved_at is None:
            write(tx, replace(incident, resolved_at=stored(now)))
        if incident.kind in OF_SPEND and action == EXPECTED and until is not None:
            _plan(tx, incident, done, until, now)
        post(tx, _said(incident, done, links), [ROUTED], now)
    return done


def undo(warehouse: Warehouse, incident_id: str, by: str, now: datetime, *, reason: str = "", links: str = "") -> Act:
    """Take back what was last done about an incident: it is as if it never was, and hours since are judged again.

    Raises LinkRefused when nothing was done about it.
    """
    incident = by_id(warehouse, incident_id)
    name = _signed(by)
    with warehouse.transaction() as tx:
        found = tx.query(LAST, {"incident_id": incident_id})
        if incident is None or found.is_empty():
            raise LinkRefused(f"nothing was done about the incident {plain(incident_id)} that could be undone")
        row = found.row(0, named=True)
        act_id = row.pop("act_id")
        undone = Act(**row, undone_at=stored(now), undone_by=name)
        tx.execute(UNDO, {"undone_at": stored(now), "undone_by": name, "act_id": act_id})
        told = " ".join(reason.split())[:REASON_LENGTH]
        detail = {"undone": undone.action, "done_at": undone.used_at}
        _audit(tx, incident, "undo", now, by=name, reason=told, detail=detail)
        for entry in of_incident(tx, incident_id):
            end(tx, entry, entry.added_at, name, now, reason=told)
        if incident.kind in OF_SPEND and undone.action in {EXPECTED, *WORDS}:
            judge_anew(tx, undone.used_at.replace(minute=0, second=0, microsecond=0))
        again = incident.resolved_at == undone.used_at
        if again:
            incident = replace(incident, resolved_at=None)
            write(tx, incident)
        post(tx, _unsaid(incident, undone, links, again=again), [ROUTED], now)
    return undone


def remind(warehouse: Warehouse, now: datetime, links: str = "") -> int:
    """Tell again of incidents that go on although their snooze has run out; returns how many. Each once."""
    ended = warehouse.query(RUN_OUT, {"now": stored(now)})
    for incident_id in ended["incident_id"]:
        incident = by_id(warehouse, incident_id)
        if incident:
            lines = [*total(incident), f"Since {when(incident.opened_at)}.", incident.cause]
            told = about(incident, TRIGGER, f"{scope(incident)}: still going on after the snooze", lines, links)
            with warehouse.transaction() as tx:
                post(tx, told, [ROUTED], now)
    return ended.height


def _asked(
    incident: Incident,
    action: str,
    by: str,
    now: datetime,
    *,
    until: datetime | None,
    reason: str,
    amount_usd: Decimal | None,
) -> Act:
    if action not in ACTIONS:
        raise LinkRefused(f"{plain(action)} is nothing one can do; there are: {', '.join(ACTIONS)}")
    if action in WORDS and incident.kind not in OF_SPEND:
        raise LinkRefused("only of spend that was out of line can one say what it was")
    told = " ".join(reason.split())[:REASON_LENGTH] or None
    if action == EXPECTED and not told:
        raise LinkRefused("say why it is expected, so that whoever comes after you knows")
    if amount_usd is not None and not 0 <= amount_usd < Decimal("1e12"):
        raise LinkRefused("what an hour may cost is an amount of US dollars, such as 250.00")
    amount = amount_usd if action == EXPECTED else None
    if action == TOO_SMALL:
        amount = abs(incident.impact_usd) * SMALL_TIMES
    return Act(action, _signed(by), stored(now), _until(action, until, now), told, amount)


def _note(tx: Transaction, incident_id: str, done: Act, digest: str) -> None:
    row = {
        "digest": digest,
        "incident_id": incident_id,
        "action": done.action,
        "done_by": done.done_by,
        "until_at": done.until_at,
        "reason": done.reason,
        "used_at": done.used_at,
        "act_id": secrets.token_hex(8),
        "amount_usd": done.amount_usd,
    }
    instants = dict.fromkeys(("until_at", "used_at"), pl.Datetime("us"))
    shapes = {**instants, "reason": pl.String(), "amount_usd": pl.Decimal(38, 12)}
    tx.insert("link_uses", pl.DataFrame([row], schema_overrides=shapes))


def _audit(
    tx: Transaction,
    incident: Incident,
    what: str,
    now: datetime,
    *,
    by: str,
    reason: str,
    detail: Mapping[str, Any],
) -> None:
    audited(
        tx,
        by=by,
        what=what,
        about="incident",
        about_id=incident.incident_id,
        now=now,
        team=incident.team,
        reason=reason,
        detail=detail,
    )


def _detail(done: Act) -> dict[str, Any]:
    told = {"until_at": done.until_at, "amount_usd": done.amount_usd}
    return {name: value for name, value in told.items() if value is not None}


def _plan(tx: Transaction, incident: Incident, done: Act, until: datetime, now: datetime) -> None:
    entry = planned(incident, until, by=done.done_by, reason=done.reason or "", now=now)
    enter(tx, replace(entry, most_usd_an_hour=done.amount_usd), now)


def _said(incident: Incident, done: Act, links: str) -> Message:
    # What is expected, or nothing, is over for whoever was woken; anything else only changes who looks after it.
    event = RESOLVE if done.action in ENDS else ACKNOWLEDGE
    return _marked(incident, event, MARKS.get(done.action, done.action.replace("_", " ")), done, links)


def _unsaid(incident: Incident, undone: Act, links: str, *, again: bool) -> Message:
    return _marked(incident, TRIGGER if again else ACKNOWLEDGE, "undone", undone, links)


def _marked(incident: Incident, event: str, mark: str, done: Act, links: str) -> Message:
    told = about(
        incident, event, f"{scope(incident)}: {done.sentence()[:-1]}", [done.sentence(), *total(incident)], links
    )
    severity = incident.severity if incident.severity in SEVERITIES else "warn"
    # A condition that begins again is as loud as it was; everything else is marked with what was done.
    subject = told.subject if event == TRIGGER else f"[{mark}] {told.subject.partition('] ')[2]}"
    return replace(told, subject=subject, facts=told.facts | {"severity": severity})


def _signed(by: str) -> str:
    try:
        return signed(by)
    except AgendaRefused as refused:
        raise LinkRefused(str(refused)) from None


def _until(action: str, until: datetime | None, now: datetime) -> datetime | None:
    if action not in LONGEST:
        return None
    if until is None or not now < until <= now + LONGEST[action]:
        raise LinkRefused(f"say until when, at most {LONGEST[action].days} days from now")
    return stored(until.astimezone(UTC))
