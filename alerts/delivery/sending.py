"""Deliver what the outbox holds: try, note each outcome as it happens, wait longer each time.

At least once: whoever is killed between sending and noting it sends again, under the same id and dedup key. In order:
a later message of one condition waits for the earlier one. Bounded: a message is given up after a day of tries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from alerts.channels import Answers, Channel, NotSent, Posted
from alerts.delivery.outbox import NEVER
from alerts.delivery.routes import ROUTED
from alerts.incidents.incident import identity, stored
from alerts.incidents.message import TRIGGER
from warehouse import Warehouse

log = structlog.get_logger("alerts")

FIRST_RETRY_S = 30  # a receiver that restarts is back by then
LONGEST_RETRY_S = 3600  # once an hour is enough for one that is down for the night
JITTER = 0.25  # of a delay, so that what failed together does not come back together
# Later than any delay: what is due then was dated by a clock that has been put right since.
LONGEST_WAIT = timedelta(seconds=2 * LONGEST_RETRY_S)
MOST_ATTEMPTS = 30  # with the delays above: about a day
FALLBACK_AFTER = 3  # tries, a minute and a half; a receiver that refuses for good is given up on at once
BATCH = 200  # messages a round, so that a round ends
FAILURES_A_ROUND = 3  # of one channel: with its timeout of 5 s a dead receiver costs a round 15 s

DUE = """
SELECT DISTINCT channel FROM outbox
WHERE channel <> $routed AND sent_at IS NULL AND next_try_at < $never
  AND (next_try_at <= $now OR next_try_at > $implausible)
ORDER BY channel
"""

# Of each condition only the oldest message that is not settled; the others wait for it. The order is that of writing,
# not of the clock, which may have been put back in between.
HEADS = """
WITH unsettled AS (
    SELECT message_id, incident_id, dedup_key, event, subject, body, severity, attempts, next_try_at, written_at,
           rowid AS place, row_number() OVER (PARTITION BY dedup_key ORDER BY rowid) AS turn
    FROM outbox
    WHERE channel = $channel AND sent_at IS NULL AND next_try_at < $never
),
first_letters AS (
    SELECT dedup_key, min_by(receipt, rowid) AS receipt
    FROM outbox
    WHERE channel = $channel AND receipt IS NOT NULL
    GROUP BY dedup_key
)
SELECT message_id, incident_id, unsettled.dedup_key, event, subject, body, severity, attempts, written_at, receipt
FROM unsettled
LEFT JOIN first_letters ON first_letters.dedup_key = unsettled.dedup_key
WHERE turn = 1 AND (next_try_at <= $now OR next_try_at > $implausible)
ORDER BY place
LIMIT $batch
"""

SENT = """
UPDATE outbox SET sent_at = $now, attempts = $attempts, last_error = NULL, receipt = $receipt
WHERE message_id = $message_id
"""

FAILED = """
UPDATE outbox SET attempts = $attempts, next_try_at = $next_try_at, last_error = $last_error
WHERE message_id = $message_id
"""

# Who is asked to wait, waits with everything that goes the same way.
LATER = """
UPDATE outbox SET next_try_at = $until
WHERE channel = $channel AND sent_at IS NULL AND next_try_at < $until
"""

# In the place of the letter that was the first to fail, whatever stood in for it since: so a channel stands in once,
# and never for itself. Nor does one that has carried, in letters of its own, all that the letter carries.
STAND_IN = """
INSERT INTO outbox (message_id, incident_id, channel, dedup_key, event, subject, body, team, severity,
                    written_at, attempts, next_try_at, sent_at, last_error, stands_in)
SELECT $new_id, letter.incident_id, $fallback, letter.dedup_key, letter.event, letter.subject, letter.body,
       letter.team, letter.severity, $now, 0, $now, NULL, NULL, letter.message_id
FROM outbox AS failed
JOIN outbox AS letter ON letter.message_id = coalesce(failed.stands_in, failed.message_id)
WHERE failed.message_id = $message_id AND letter.channel <> $fallback
  AND NOT EXISTS (
      SELECT 1 FROM outbox AS other WHERE other.stands_in = letter.message_id AND other.channel = $fallback
  )
  AND (
      NOT EXISTS (SELECT 1 FROM carried WHERE carried.letter_id = letter.message_id)
      OR EXISTS (
          SELECT 1 FROM carried
          LEFT JOIN carried AS heard ON heard.message_id = carried.message_id AND heard.channel = $fallback
          WHERE carried.letter_id = letter.message_id AND heard.message_id IS NULL
      )
  )
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round did: messages sent, and tries that failed."""

    sent: int
    failed: int


@dataclass(frozen=True, slots=True)
class Round:
    """One channel's turn: what carries it, what is written when it fails, and what a message may be answered with."""

    warehouse: Warehouse
    name: str
    channel: Channel | None
    fallback: str | None
    answers: Answers | None
    now: datetime

    def run(self) -> Delivered:
        """Send what is due until nothing is, or the receiver has failed too often."""
        sent = failed = 0
        at = stored(self.now)
        asked = {"channel": self.name, "never": NEVER, "now": at, "implausible": at + LONGEST_WAIT, "batch": BATCH}
        while sent < BATCH and not (heads := self.warehouse.query(HEADS, asked)).is_empty():
            for row in heads.iter_rows(named=True):
                outcome = self._try(self._posted(row))
                self._note(row["message_id"], row["attempts"] + 1, outcome)
                if isinstance(outcome, NotSent):
                    failed += 1
                    if failed >= FAILURES_A_ROUND or outcome.retry_after_s is not None:
                        return Delivered(sent, failed)
                else:
                    sent += 1
        return Delivered(sent, failed)

    def _posted(self, row: dict[str, Any]) -> Posted:
        answerable = self.answers is not None and row["incident_id"] is not None and row["event"] == TRIGGER
        # Dated by the writing, so that every try says the same.
        actions = self.answers(row["incident_id"], row["written_at"]) if answerable and self.answers else ()
        return Posted(
            message_id=row["message_id"],
            dedup_key=row["dedup_key"],
            event=row["event"],
            subject=row["subject"],
            body=row["body"],
            severity=row["severity"] or "info",
            written_at=row["written_at"],
            actions=actions,
            thread=row["receipt"],
        )

    def _try(self, message: Posted) -> NotSent | str | None:
        if self.channel is None:
            return NotSent(f"no channel called {self.name} is set up")
        try:
            return self.channel.send(message, self.now)
        except NotSent as failure:
            return failure
        except Exception as defect:  # noqa: BLE001 - a defect of one channel must not hold up what the others carry
            # Not its traceback: an exception's words may hold the address it was sent to, which is often a secret.
            log.error("channel failed", channel=self.name, defect=type(defect).__name__)  # noqa: TRY400 - for that reason
            return NotSent(f"the channel {self.name} failed: {type(defect).__name__}")

    def _note(self, message_id: str, attempts: int, outcome: NotSent | str | None) -> None:
        told = {"message_id": message_id, "attempts": attempts}
        with self.warehouse.transaction() as tx:
            if not isinstance(outcome, NotSent):
                tx.execute(SENT, {**told, "now": stored(self.now), "receipt": outcome})
                log.info("message sent", channel=self.name, message_id=message_id, attempts=attempts)
                return
            given_up = attempts >= MOST_ATTEMPTS
            error = f"given up after {attempts} tries: {outcome}" if given_up else str(outcome)
            until = stored(self.now + retry_delay(attempts, outcome, message_id))
            tx.execute(FAILED, {**told, "next_try_at": NEVER if given_up else until, "last_error": error})
            if outcome.retry_after_s is not None:
                tx.execute(LATER, {"until": until, "channel": self.name})
            if self.fallback and (outcome.for_good or attempts >= FALLBACK_AFTER):
                new_id = identity("stand-in", self.fallback, message_id)
                stand_in = {"new_id": new_id, "fallback": self.fallback, "message_id": message_id}
                tx.execute(STAND_IN, {**stand_in, "now": stored(self.now)})
            log.warning("message not sent", channel=self.name, message_id=message_id, attempts=attempts, error=error)


def deliver(
    warehouse: Warehouse,
    channels: Sequence[Channel],
    now: datetime,
    *,
    fallbacks: Mapping[str, str] | None = None,
    answers: Answers | None = None,
) -> Delivered:
    """Send what is due, oldest first, and note each outcome as it happens. Call it outside an event loop.

    `fallbacks` name the channel that takes over when one fails; `answers` gives the links with which an incident's
    message is answered.
    """
    by_name = {channel.name: channel for channel in channels}
    at = stored(now)
    asked = {"routed": ROUTED, "never": NEVER, "now": at, "implausible": at + LONGEST_WAIT}
    due = warehouse.query(DUE, asked)["channel"].to_list()
    rounds = [
        Round(warehouse, name, by_name.get(name), (fallbacks or {}).get(name), answers, now).run() for name in due
    ]
    return Delivered(sum(done.sent for done in rounds), sum(done.failed for done in rounds))


def retry_delay(attempts: int, failure: NotSent, message_id: str) -> timedelta:
    """How long to wait after so many tries: what the receiver asked for, else twice as long as the last time.

    Spread by up to a quarter, by the message's own name, so that a retry can be told beforehand.
    """
    if failure.retry_after_s is not None:
        return timedelta(seconds=max(1.0, failure.retry_after_s))
    spread = int(identity("spread", message_id, str(attempts)), 16) / 16**16
    return timedelta(seconds=min(FIRST_RETRY_S * 2 ** (attempts - 1), LONGEST_RETRY_S) * (1 + JITTER * spread))
