"""The outbox: a message is written in the transaction that changes its incident, and sent until the receiver has it.

At least once: whoever is killed between sending and noting it sends again, under the same id and dedup key. In order:
a later message of one condition waits for the earlier one. Bounded: a message is given up after a day of tries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from alerts.channels import Channel, NotSent, Posted
from alerts.incident import identity, stored
from alerts.message import TRIGGER, Message
from warehouse import Transaction, Warehouse

log = structlog.get_logger("alerts")

NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - as stored: naive UTC
HISTORY = "not sent: history"

FIRST_RETRY_S = 30  # a receiver that restarts is back by then
LONGEST_RETRY_S = 3600  # once an hour is enough for one that is down for the night
MOST_ATTEMPTS = 30  # with the delays above: about a day
BATCH = 200  # messages a round, so that a round ends
FAILURES_A_ROUND = 3  # of one channel: with its timeout of 5 s a dead receiver costs a round 15 s

WRITE = """
INSERT INTO outbox (message_id, incident_id, channel, dedup_key, event, subject, body,
                    written_at, attempts, next_try_at, sent_at, last_error)
SELECT $message_id, $incident_id, $channel, $dedup_key, $event, $subject, $body,
       $written_at, 0, $next_try_at, NULL, $last_error
WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE message_id = $message_id)
"""

TOLD = """
SELECT count(*) AS messages FROM outbox
WHERE dedup_key = $dedup_key AND event = $event AND last_error IS DISTINCT FROM $history
"""

WRITTEN = "SELECT count(*) AS messages FROM outbox WHERE dedup_key = $dedup_key AND event = $event"

DUE = "SELECT DISTINCT channel FROM outbox WHERE sent_at IS NULL AND next_try_at <= $now ORDER BY channel"

# Of each condition only the oldest message that is not settled; the others wait for it.
HEADS = """
WITH unsettled AS (
    SELECT message_id, dedup_key, event, subject, body, attempts, next_try_at, written_at,
           row_number() OVER (
               PARTITION BY dedup_key
               ORDER BY written_at, CASE event WHEN 'resolve' THEN 1 ELSE 0 END, message_id
           ) AS place
    FROM outbox
    WHERE channel = $channel AND sent_at IS NULL AND next_try_at < $never
)
SELECT message_id, dedup_key, event, subject, body, attempts
FROM unsettled
WHERE place = 1 AND next_try_at <= $now
ORDER BY written_at, message_id
LIMIT $batch
"""

SENT = "UPDATE outbox SET sent_at = $now, attempts = $attempts, last_error = NULL WHERE message_id = $message_id"

FAILED = """
UPDATE outbox SET attempts = $attempts, next_try_at = $next_try_at, last_error = $last_error
WHERE message_id = $message_id
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round did: messages sent, and tries that failed."""

    sent: int
    failed: int


def post(tx: Transaction, message: Message, channels: Sequence[str], now: datetime, *, history: bool = False) -> int:
    """Write a message for each channel by name; returns how many. The same message twice is one.

    With `history` it is recorded as not sent: what is long over when it is noticed wakes nobody.
    """
    body = message.body()
    for channel in channels:
        tx.execute(
            WRITE,
            {
                "message_id": identity("message", channel, message.dedup_key, message.event, body),
                "incident_id": message.incident_id,
                "channel": channel,
                "dedup_key": message.dedup_key,
                "event": message.event,
                "subject": message.subject,
                "body": body,
                "written_at": stored(now),
                "next_try_at": NEVER if history else stored(now),
                "last_error": HISTORY if history else None,
            },
        )
    return len(channels)


def was_told(tx: Transaction, dedup_key: str, event: str = TRIGGER) -> bool:
    """Whether people were, or will be, told of a condition: history does not count."""
    found = tx.query(TOLD, {"dedup_key": dedup_key, "event": event, "history": HISTORY})
    return bool(found["messages"][0])


def was_written(tx: Transaction, dedup_key: str, event: str) -> bool:
    """Whether a message about a condition was written at all, history included."""
    found = tx.query(WRITTEN, {"dedup_key": dedup_key, "event": event})
    return bool(found["messages"][0])


def deliver(warehouse: Warehouse, channels: Sequence[Channel], now: datetime) -> Delivered:
    """Send what is due, oldest first, and note each outcome as it happens. Call it outside an event loop."""
    by_name = {channel.name: channel for channel in channels}
    due = warehouse.query(DUE, {"now": stored(now)})["channel"].to_list()
    rounds = [_round(warehouse, name, by_name.get(name), now) for name in due]
    return Delivered(sum(done.sent for done in rounds), sum(done.failed for done in rounds))


def _round(warehouse: Warehouse, name: str, channel: Channel | None, now: datetime) -> Delivered:
    sent = failed = 0
    asked = {"channel": name, "never": NEVER, "now": stored(now), "batch": BATCH}
    while sent < BATCH and not (heads := warehouse.query(HEADS, asked)).is_empty():
        for row in heads.iter_rows(named=True):
            failure = _try(channel, name, _posted(row), now)
            _note(warehouse, row["message_id"], row["attempts"] + 1, failure, now)
            sent, failed = (sent + 1, failed) if failure is None else (sent, failed + 1)
            if failed >= FAILURES_A_ROUND:
                return Delivered(sent, failed)
    return Delivered(sent, failed)


def retry_delay(attempts: int, failure: NotSent) -> timedelta:
    """How long to wait after so many tries: what the receiver asked for, else twice as long as the last time."""
    if failure.retry_after_s is not None:
        return timedelta(seconds=max(1.0, failure.retry_after_s))
    return timedelta(seconds=min(FIRST_RETRY_S * 2 ** (attempts - 1), LONGEST_RETRY_S))


def _posted(row: dict[str, object]) -> Posted:
    return Posted(*(str(row[name]) for name in ("message_id", "dedup_key", "event", "subject", "body")))


def _try(channel: Channel | None, name: str, message: Posted, now: datetime) -> NotSent | None:
    if channel is None:
        return NotSent(f"no channel called {name} is set up")
    try:
        channel.send(message, now)
    except NotSent as failure:
        return failure
    except Exception as defect:  # a defect of one channel must not hold up what the others carry
        log.exception("channel failed", channel=name)
        return NotSent(f"the channel {name} failed: {type(defect).__name__}")
    return None


def _note(warehouse: Warehouse, message_id: str, attempts: int, failure: NotSent | None, now: datetime) -> None:
    told = {"message_id": message_id, "attempts": attempts}
    with warehouse.transaction() as tx:
        if failure is None:
            tx.execute(SENT, {**told, "now": stored(now)})
            log.info("message sent", message_id=message_id, attempts=attempts)
            return
        given_up = attempts >= MOST_ATTEMPTS
        error = f"given up after {attempts} tries: {failure}" if given_up else str(failure)
        next_try_at = NEVER if given_up else stored(now + retry_delay(attempts, failure))
        tx.execute(FAILED, {**told, "next_try_at": next_try_at, "last_error": error})
        log.warning("message not sent", message_id=message_id, attempts=attempts, error=error)
