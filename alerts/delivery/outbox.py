"""The outbox: a message is written in the transaction that changes its incident; nothing that is written gets lost.

`dispatch` addresses what stands here, `sending` carries it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from alerts.delivery.routes import ROUTED
from alerts.incidents.incident import identity, stored
from alerts.incidents.message import TRIGGER, Message
from warehouse import Transaction, Warehouse

NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - as stored: naive UTC
HISTORY = "not sent: history"

WRITE = """
INSERT INTO outbox (message_id, incident_id, channel, dedup_key, event, subject, body, team, severity,
                    written_at, attempts, next_try_at, sent_at, last_error, stands_in)
SELECT $message_id, $incident_id, $channel, $dedup_key, $event, $subject, $body, $team, $severity,
       $written_at, 0, $next_try_at, NULL, $last_error, $stands_in
WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE message_id = $message_id)
"""

TOLD = """
SELECT count(*) AS messages FROM outbox
WHERE dedup_key = $dedup_key AND event = $event AND last_error IS DISTINCT FROM $history
"""

WRITTEN = "SELECT count(*) AS messages FROM outbox WHERE dedup_key = $dedup_key AND event = $event"

UNDELIVERED = """
SELECT message_id, channel, event, subject, team, severity, written_at, attempts, last_error
FROM outbox
WHERE channel <> $routed AND sent_at IS NULL AND next_try_at = $never AND last_error IS DISTINCT FROM $history
ORDER BY written_at, message_id
"""

AGAIN = """
UPDATE outbox SET attempts = 0, next_try_at = $now
WHERE channel <> $routed AND sent_at IS NULL AND next_try_at = $never AND last_error IS DISTINCT FROM $history
"""


# What is still to be addressed, and was put off: by quiet hours, a digest, a cap.
ANEW = """
UPDATE outbox SET next_try_at = $now, gathered = false
WHERE channel = $routed AND sent_at IS NULL AND next_try_at > $now AND next_try_at < $never
"""


def post(tx: Transaction, message: Message, channels: Sequence[str], now: datetime, *, history: bool = False) -> int:
    """Write a message for each channel by name; returns how many. The same message twice is one.

    The name `routes` stands for whoever the routes say; `dispatch` addresses it. With `history` a message is recorded
    as not sent: what is long over when it is noticed wakes nobody.
    """
    body = message.body()
    for channel in channels:
        letter(
            tx,
            message_id=identity("message", channel, message.dedup_key, message.event, body),
            incident_id=message.incident_id,
            channel=channel,
            dedup_key=message.dedup_key,
            event=message.event,
            subject=message.subject,
            body=body,
            team=message.team,
            severity=message.severity,
            now=now,
            history=history,
        )
    return len(channels)


def letter(
    tx: Transaction,
    *,
    message_id: str,
    incident_id: str | None,
    channel: str,
    dedup_key: str,
    event: str,
    subject: str,
    body: str,
    team: str | None,
    severity: str,
    now: datetime,
    history: bool = False,
) -> None:
    """Write one row of the outbox, unless it stands there."""
    tx.execute(
        WRITE,
        {
            "message_id": message_id,
            "incident_id": incident_id,
            "channel": channel,
            "dedup_key": dedup_key,
            "event": event,
            "subject": subject,
            "body": body,
            "team": team,
            "severity": severity,
            "written_at": stored(now),
            "next_try_at": NEVER if history else stored(now),
            "last_error": HISTORY if history else None,
            "stands_in": None,
        },
    )


def was_told(tx: Transaction, dedup_key: str, event: str = TRIGGER) -> bool:
    """Whether people were, or will be, told of a condition: history does not count."""
    found = tx.query(TOLD, {"dedup_key": dedup_key, "event": event, "history": HISTORY})
    return bool(found["messages"][0])


def was_written(tx: Transaction, dedup_key: str, event: str) -> bool:
    """Whether a message about a condition was written at all, history included."""
    found = tx.query(WRITTEN, {"dedup_key": dedup_key, "event": event})
    return bool(found["messages"][0])


def undelivered(warehouse: Warehouse) -> pl.DataFrame:
    """What was given up on, oldest first, with the last reason."""
    return warehouse.query(UNDELIVERED, {"routed": ROUTED, "never": NEVER, "history": HISTORY})


def try_again(warehouse: Warehouse, now: datetime) -> int:
    """Take up what was given up on; returns how many messages."""
    count = undelivered(warehouse).height
    with warehouse.transaction() as tx:
        tx.execute(AGAIN, {"routed": ROUTED, "never": NEVER, "history": HISTORY, "now": stored(now)})
    return count


def reconsider(warehouse: Warehouse, now: datetime) -> None:
    """Have what is held decided anew: the routes by which it was held may be others now."""
    with warehouse.transaction() as tx:
        tx.execute(ANEW, {"routed": ROUTED, "never": NEVER, "now": stored(now)})
