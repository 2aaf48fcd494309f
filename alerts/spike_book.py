"""Write down what a walk over hours found: the incident with the ledger's money, and the messages about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.detect import Episode
from alerts.drivers import split
from alerts.history import HOUR
from alerts.incident import SPEND_SPIKE, Incident, identity, stored, write
from alerts.message import Message
from alerts.outbox import post, was_told
from alerts.reading import Reading
from alerts.spike_message import cause, over, spike
from alerts.thresholds import Thresholds
from warehouse import Transaction, rounded

WAKES_FOR = timedelta(hours=6)  # what was last seen longer ago than this when it is noticed is history
DAY = timedelta(days=1)
CENT = Decimal("0.01")  # an expectation has no more digits; so what is shown rounded still adds up

SPENT = """
SELECT coalesce(sum(cost_usd), 0) AS cost_usd
FROM hours
WHERE team IS NOT DISTINCT FROM $team AND workflow IS NOT DISTINCT FROM $workflow
  AND hour_at >= $since AND hour_at < $until
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What a walk found out about one episode."""

    episode: Episode
    reading: Reading | None = None  # the latest; None when it only ended
    adopted: bool = False
    known: Incident | None = None  # as it stood before the walk


@dataclass(frozen=True, slots=True)
class Book:
    """Where changes are entered: one transaction for the incidents and their messages."""

    tx: Transaction
    thresholds: Thresholds
    channels: tuple[str, ...]
    now: datetime
    links: str

    def enter(self, change: Change) -> int:
        """Write the incident and post what there is to say about it; returns how many messages."""
        if change.reading is None:
            return self._end(change)
        incident = self._incident(change, change.reading)
        write(self.tx, incident)
        before, history = change.known, stored(self.now) - incident.last_seen_at > WAKES_FOR
        messages = 0
        worse = before is not None and incident.severity == "page" and before.severity != "page"
        # A history that is looked back on in stretches may reach the present in a later one: then it is news after all.
        untold = not history and incident.resolved_at is None and not was_told(self.tx, incident.dedup_key)
        if before is None or worse or untold:
            told = spike(incident, change.reading, projected(incident, change.reading, DAY), self.links)
            messages += self._post(told, history=history)
        if incident.resolved_at:
            messages += self._over(incident, change.adopted)
        return messages

    def _end(self, change: Change) -> int:
        if change.known is None:
            raise AssertionError("an episode that nobody knows of opens with a reading")
        incident = replace(change.known, resolved_at=change.episode.resolved_at)
        write(self.tx, incident)
        return self._over(incident, change.adopted)

    def _over(self, incident: Incident, adopted: bool) -> int:
        untold = not was_told(self.tx, incident.dedup_key)
        return self._post(over(incident, adopted, self.links), history=untold)

    def _post(self, message: Message, *, history: bool) -> int:
        return post(self.tx, message, self.channels, self.now, history=history)

    def _incident(self, change: Change, reading: Reading) -> Incident:
        """The incident with the ledger's money: the detector judges in floats, what is written is a sum of charges."""
        key, known = change.episode.key, change.known
        scope: Mapping[str, str | None] = {"team": key.team, "workflow": key.workflow}
        spent = self.tx.query(SPENT, {**scope, "since": reading.since, "until": reading.until})
        actual: Decimal = spent["cost_usd"][0]
        expected = rounded(Decimal(repr(reading.expected.cost_usd)), CENT)
        drivers = split(actual - expected, reading.actual, reading.expected)
        name = identity(SPEND_SPIKE, key.team, key.workflow, change.episode.opened_at.isoformat())
        incident = Incident(
            incident_id=name,
            kind=SPEND_SPIKE,
            team=key.team,
            workflow=key.workflow,
            opened_at=change.episode.opened_at,
            noticed_at=known.noticed_at if known else stored(self.now),
            last_seen_at=change.episode.last_seen_at,
            resolved_at=change.episode.resolved_at,
            severity="warn",
            actual_usd=actual,
            expected_usd=expected,
            impact_usd=actual - expected,
            driver=drivers.main,
            cause=cause(reading, drivers),
            model=reading.model,
            dedup_key=f"{SPEND_SPIKE}:{name}",
        )
        soon = reading.until - reading.since + self.thresholds.page_hours * HOUR
        dear = projected(incident, reading, soon) >= self.thresholds.page_usd
        paged = known is not None and known.severity == "page"
        return replace(incident, severity="page" if dear or paged else "warn")


def projected(incident: Incident, reading: Reading, at_age: timedelta) -> Decimal:
    """The impact when the incident is so old (or now, if it is older), were every hour to come like the last one."""
    age = reading.until - reading.since
    usual_an_hour = incident.expected_usd * HOUR.seconds / Decimal(age.total_seconds())
    an_hour = max(Decimal(repr(reading.last_hour_usd)) - usual_an_hour, Decimal(0))
    left = Decimal(max((at_age - age).total_seconds(), 0.0)) / HOUR.seconds
    return rounded(incident.impact_usd + an_hour * left)
