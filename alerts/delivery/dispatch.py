"""Address what was written: read what waits, decide (`gathering`), write the letters; all in one transaction.

Killed in between, nothing has happened; done twice, the second finds nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from alerts.delivery.gathering import BURST, LONGEST_HELD, Sorting
from alerts.delivery.letters import CAPPED_KEY, Waiting
from alerts.delivery.mailing import Carrier, Known, Letter, Plan, carried
from alerts.delivery.outbox import HISTORY, NEVER, letter
from alerts.delivery.routes import ROUTED, Routes, day_start
from alerts.incidents.acts import latest_acts
from alerts.incidents.agenda import SILENCED, entries
from alerts.incidents.incident import identity, stored
from alerts.incidents.message import RESOLVE, Message
from warehouse import Transaction, Warehouse

DUE = """
SELECT count(*) AS messages FROM outbox
WHERE channel = $routed AND sent_at IS NULL AND next_try_at < $never
  AND (next_try_at <= $now OR next_try_at > $implausible)
"""

WAITING = """
SELECT message_id, incident_id, dedup_key, event, subject, body, team,
       coalesce(severity, 'info') AS severity, written_at, next_try_at, coalesce(gathered, false) AS gathered
FROM outbox
WHERE channel = $routed AND sent_at IS NULL AND next_try_at < $never
ORDER BY rowid
"""

RECENT = """
SELECT channel, written_at FROM outbox
WHERE channel <> $routed AND event IN ('trigger', 'notice') AND stands_in IS NULL
  AND last_error IS DISTINCT FROM $history AND written_at > $since AND written_at <= $now
"""

TODAY = """
SELECT channel, team, count(*) AS letters FROM outbox
WHERE channel <> $routed AND event = 'trigger' AND written_at >= $since AND written_at <= $now
GROUP BY channel, team
"""

CAPPED_TODAY = """
SELECT DISTINCT channel, team FROM outbox
WHERE starts_with(dedup_key, $cap) AND written_at >= $since AND written_at <= $now
"""

# Letters of a condition's own, whoever addressed them, and letters that carried it among others.
CARRIERS = """
SELECT dedup_key, channel, dedup_key AS letter_key, 'single' AS form FROM outbox
WHERE channel <> $routed AND event = 'trigger' AND last_error IS DISTINCT FROM $history
  AND list_contains($keys, dedup_key)
UNION
SELECT dedup_key, channel, letter_key, form FROM carried
WHERE form <> 'single' AND event = 'trigger' AND list_contains($keys, dedup_key)
ORDER BY dedup_key, channel, letter_key, form
"""

MEMBERS = """
SELECT DISTINCT letter_key, dedup_key FROM carried
WHERE form = 'group' AND event = 'trigger' AND list_contains($groups, letter_key)
ORDER BY letter_key, dedup_key
"""

ENDS = """
SELECT message_id, incident_id, dedup_key, event, subject, body, team,
       coalesce(severity, 'info') AS severity, written_at, next_try_at, coalesce(gathered, false) AS gathered
FROM outbox
WHERE channel = $routed AND event = 'resolve' AND list_contains($keys, dedup_key)
"""

LAST_LETTERS = """
SELECT channel, dedup_key, max_by(event, rowid) AS event FROM outbox
WHERE channel <> $routed AND list_contains($keys, dedup_key)
GROUP BY channel, dedup_key
"""

PARENTS = """
SELECT incident_id, parent_id FROM incidents
WHERE parent_id IS NOT NULL AND list_contains($incidents, incident_id)
"""

HEARD = """
SELECT DISTINCT carried.incident_id, carried.channel, incidents.severity
FROM carried
JOIN incidents ON incidents.incident_id = carried.incident_id
WHERE carried.event = 'trigger' AND list_contains($parents, carried.incident_id)
"""

DONE = "SELECT message_id, channel FROM carried WHERE list_contains($ids, message_id)"

SETTLE = """
UPDATE outbox SET sent_at = $now, last_error = NULL
WHERE channel = $routed AND list_contains($ids, message_id)
"""

NOWHERE = "UPDATE outbox SET next_try_at = $never, last_error = $why WHERE message_id = $message_id"

HOLD = """
UPDATE outbox SET next_try_at = $until, last_error = $why, gathered = $gathered
WHERE message_id = $message_id
"""


def dispatch(warehouse: Warehouse, routes: Routes, now: datetime, *, links: str = "") -> int:
    """Address every message that is due; returns how many letters were written. Cheap when nothing is due."""
    at = stored(now)
    asked = {"routed": ROUTED, "never": NEVER, "now": at, "implausible": at + LONGEST_HELD}
    if not warehouse.query(DUE, asked)["messages"][0]:
        return 0
    with warehouse.transaction() as tx:
        found = tx.query(WAITING, {"routed": ROUTED, "never": NEVER})
        waiting = [Waiting(**row) for row in found.iter_rows(named=True)]
        plan = Sorting(routes, _known(tx, waiting, routes, now), now, links).run(waiting)
        _write(tx, plan, now)
    return len(plan.letters)


def _known(tx: Transaction, waiting: list[Waiting], routes: Routes, now: datetime) -> Known:
    at, keys = stored(now), sorted({message.dedup_key for message in waiting})
    since = {"routed": ROUTED, "now": at}
    this_day = {"since": stored(day_start(now, routes.zone)), "now": at}
    recent: dict[str, list[datetime]] = defaultdict(list)
    for row in _rows(tx, RECENT, {**since, "since": at - BURST, "history": HISTORY}):
        recent[row["channel"]].append(row["written_at"])
    today = {(row["channel"], row["team"]): row["letters"] for row in _rows(tx, TODAY, {**since, **this_day})}
    capped = frozenset(
        (row["channel"], row["team"]) for row in _rows(tx, CAPPED_TODAY, {**this_day, "cap": CAPPED_KEY})
    )
    carriers: dict[str, list[Carrier]] = defaultdict(list)
    for row in _rows(tx, CARRIERS, {"routed": ROUTED, "history": HISTORY, "keys": keys}):
        carriers[row["dedup_key"]].append(Carrier(row["channel"], row["letter_key"], row["form"]))
    groups = sorted({each.letter_key for told in carriers.values() for each in told if each.form == "group"})
    members: dict[str, list[str]] = defaultdict(list)
    for row in _rows(tx, MEMBERS, {"groups": groups}):
        members[row["letter_key"]].append(row["dedup_key"])
    every = sorted({key for told in members.values() for key in told})
    ends = {row["dedup_key"]: Waiting(**row) for row in _rows(tx, ENDS, {"routed": ROUTED, "keys": every})}
    last = _rows(tx, LAST_LETTERS, {"routed": ROUTED, "keys": [*keys, *groups]})
    over = frozenset((row["channel"], row["dedup_key"]) for row in last if row["event"] == RESOLVE)
    done = _rows(tx, DONE, {"ids": [message.message_id for message in waiting]})
    told = frozenset((row["message_id"], row["channel"]) for row in done)
    about = sorted({message.incident_id for message in waiting if message.incident_id})
    acts = latest_acts(tx, about)
    silences = tuple(each for each in entries(tx, kind=SILENCED, since=at) if each.is_on(at))
    parents = {row["incident_id"]: row["parent_id"] for row in _rows(tx, PARENTS, {"incidents": about})}
    heard_of = _rows(tx, HEARD, {"parents": sorted(set(parents.values()))})
    heard = {(row["incident_id"], row["channel"]): row["severity"] for row in heard_of}
    return Known(recent, today, carriers, members, ends, over, told, acts, silences, parents, heard, capped)


def _rows(tx: Transaction, sql: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    return tx.query(sql, params).to_dicts()


def _write(tx: Transaction, plan: Plan, now: datetime) -> None:
    at = stored(now)
    rows = [row for each in plan.letters for row in _carry(tx, each, now)]
    rows += [
        _row(message, carrier.channel, "", key=carrier.letter_key, form=carrier.form, at=at)
        for message, carrier in plan.joined
    ]
    if rows:
        tx.insert("carried", pl.DataFrame(rows, schema_overrides={"incident_id": pl.String}))
    settled = sorted({message.message_id for message in carried(plan)} - plan.held.keys())
    tx.execute(SETTLE, {"now": at, "routed": ROUTED, "ids": settled})
    for message_id, why in plan.nowhere.items():
        tx.execute(NOWHERE, {"never": NEVER, "why": why, "message_id": message_id})
    for message_id, (until, why, gathered) in plan.held.items():
        # At least a second, so that what waits for another message is not looked at without end.
        told = max(stored(until), at + timedelta(seconds=1))
        tx.execute(HOLD, {"until": told, "why": why, "gathered": gathered, "message_id": message_id})


def _carry(tx: Transaction, sent: Letter, now: datetime) -> list[dict[str, Any]]:
    message = sent.message
    incident_id, body = message.incident_id, message.body() if isinstance(message, Message) else message.body
    letter_id = identity("message", sent.channel, message.dedup_key, message.event, body)
    letter(
        tx,
        message_id=letter_id,
        incident_id=incident_id,
        channel=sent.channel,
        dedup_key=message.dedup_key,
        event=message.event,
        subject=message.subject,
        body=body,
        team=message.team,
        severity=message.severity,
        now=now,
    )
    at = stored(now)
    return [_row(each, sent.channel, letter_id, key=message.dedup_key, form=sent.form, at=at) for each in sent.carries]


def _row(message: Waiting, channel: str, letter_id: str, *, key: str, form: str, at: datetime) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "incident_id": message.incident_id,
        "dedup_key": message.dedup_key,
        "event": message.event,
        "channel": channel,
        "letter_id": letter_id,
        "letter_key": key,
        "form": form,
        "carried_at": at,
    }
