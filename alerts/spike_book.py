"""Write down what a walk over hours found: the incident with the ledger's money, its causes, and its messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.account import Account
from alerts.causes import attempts_of, evidence_of, leaves_of
from alerts.detecting import Thresholds, instant, window_of
from alerts.drivers import Drivers, split
from alerts.episodes import Episode
from alerts.incident import SPEND_SPIKE, Incident, identity, stored, write
from alerts.message import Message
from alerts.outbox import post, was_told
from alerts.reading import HOUR, Outlook, Reading
from alerts.spike_message import Beside, cause, over, spike, withdrawn
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

FORGET = tuple(
    f"DELETE FROM {table} WHERE incident_id = $incident_id"  # noqa: S608 - names are ours
    for table in ("incident_hours", "incident_leaves", "incident_evidence", "incident_drivers", "incident_outlook")
)
NOTE_HOUR = "INSERT INTO incident_hours VALUES ($incident_id, $hour_at, $expected_usd, $high_usd)"
NOTE_LEAF = """
INSERT INTO incident_leaves VALUES
    ($incident_id, $place, $environment, $provider, $model, $purpose, $actual_usd, $expected_usd, $is_cause)
"""
NOTE_EVIDENCE = "INSERT INTO incident_evidence VALUES ($incident_id, $kind, $name, $seen_at, $cost_usd)"

NOTE_DRIVER = "INSERT INTO incident_drivers VALUES ($incident_id, $place, $driver, $part_usd, $times, $is_cause)"
NOTE_OUTLOOK = """
INSERT INTO incident_outlook VALUES
    ($incident_id, $last_hour_usd, $projected_usd, $projected_until, $rising, $score, $window_hours)
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What a walk found out about one episode, and the incident as it stood before."""

    episode: Episode
    known: Incident | None = None


@dataclass(slots=True)
class Book:
    """Where changes are entered: one transaction for the incidents and their messages. It counts what was new."""

    tx: Transaction
    thresholds: Thresholds
    channels: tuple[str, ...]
    now: datetime
    links: str
    ended_by_words: frozenset[str] = frozenset()  # incidents that are over because somebody said so
    accounts: Mapping[str, Account] = field(default_factory=dict)  # team → how its budget stands
    runbooks: Mapping[str, str] = field(default_factory=dict)  # team → address
    opened: int = field(default=0, init=False)
    resolved: int = field(default=0, init=False)

    def enter(self, change: Change) -> int:
        """Write the incident and post what there is to say about it; returns how many messages.

        What is known already is neither written nor said again.
        """
        before, episode = change.known, change.episode
        if episode.detected is None:
            return self._end(change)
        reading = self._reading(episode)
        incident = self._incident(change, reading)
        if incident == before:
            return self._remind(incident, reading)
        write(self.tx, incident)
        self._note(incident, episode, reading)
        self.opened += before is None
        worse = before is not None and incident.severity == "page" and before.severity != "page"
        messages = 0
        if before is None or worse:
            messages += self._tell(incident, reading)
        else:
            messages += self._remind(incident, reading)
        if incident.resolved_at and (before is None or before.resolved_at is None):
            messages += self._over(incident, adopted=episode.adopted)
        return messages

    def withdraw(self, incident: Incident, at: datetime) -> int:
        """End an incident that the hours, judged again, say nothing of."""
        ended = replace(incident, resolved_at=at)
        write(self.tx, ended)
        self.resolved += 1
        untold = not was_told(self.tx, incident.dedup_key)
        return self._post(withdrawn(ended, self.links), history=untold)

    def _end(self, change: Change) -> int:
        if change.known is None or change.known.resolved_at is not None or change.episode.resolved_at is None:
            return 0
        incident = replace(change.known, resolved_at=change.episode.resolved_at)
        write(self.tx, incident)
        return self._over(incident, adopted=change.episode.adopted)

    def _tell(self, incident: Incident, reading: Reading) -> int:
        history = stored(self.now) - incident.last_seen_at > WAKES_FOR
        team = incident.team or ""
        beside = Beside(self.accounts.get(team), self.runbooks.get(team), self.links)
        return self._post(spike(incident, reading, outlook(incident, reading), beside), history=history)

    def _remind(self, incident: Incident, reading: Reading) -> int:
        """A history that is looked back on in stretches may reach the present in a later one: then it is news."""
        is_history = stored(self.now) - incident.last_seen_at > WAKES_FOR
        if is_history or incident.resolved_at is not None or was_told(self.tx, incident.dedup_key):
            return 0
        return self._tell(incident, reading)

    def _over(self, incident: Incident, *, adopted: bool) -> int:
        self.resolved += 1
        untold = not was_told(self.tx, incident.dedup_key)
        return self._post(over(incident, adopted, self.links), history=untold)

    def _post(self, message: Message, *, history: bool) -> int:
        return post(self.tx, message, self.channels, self.now, history=history)

    def _reading(self, episode: Episode) -> Reading:
        read = episode.detected
        if read is None:
            raise AssertionError("an episode that the hours judged only ended has no reading")
        scope = _scope(episode)
        until = instant(read.until)
        usual = rounded(Decimal(repr(read.expected.cost_usd)), CENT)
        evidence = evidence_of(self.tx, scope, episode.since, until)
        return Reading(
            since=episode.since,
            until=until,
            actual=read.actual,
            expected=read.expected,
            last_hour_usd=read.last_usd,
            last_hour_expected_usd=read.last_expected_usd,
            rising=read.rising,
            score=read.score,
            window_hours=window_of(read.test),
            leaves=leaves_of(self.tx, scope, episode.since, until, usual),
            evidence=evidence,
            attempts=attempts_of(self.tx, scope, episode.since, until),
        )

    def _incident(self, change: Change, reading: Reading) -> Incident:
        """The incident with the ledger's money: the detector judges in floats, what is written is a sum of charges."""
        key, known, episode = change.episode.key, change.known, change.episode
        opened_at = known.opened_at if known else episode.since
        spent = self.tx.query(SPENT, {**_scope(episode), "since": reading.since, "until": reading.until})
        actual: Decimal = spent["cost_usd"][0]
        expected = rounded(Decimal(repr(reading.expected.cost_usd)), CENT)
        drivers = _split(actual - expected, reading)
        name = identity(SPEND_SPIKE, key.team, key.workflow, opened_at.isoformat())
        incident = Incident(
            incident_id=known.incident_id if known else name,
            kind=SPEND_SPIKE,
            team=key.team,
            workflow=key.workflow,
            opened_at=opened_at,
            noticed_at=known.noticed_at if known else stored(self.now),
            last_seen_at=reading.until,
            resolved_at=known.resolved_at if known and self._is_said_over(known) else episode.resolved_at,
            severity="warn",
            actual_usd=actual,
            expected_usd=expected,
            impact_usd=actual - expected,
            driver=_driver(episode, drivers),
            cause=cause(reading, drivers),
            model=reading.model,
            dedup_key=known.dedup_key if known else f"{SPEND_SPIKE}:{name}",
        )
        soon = reading.until - reading.since + self.thresholds.page_hours * HOUR
        dear = projected(incident, reading, soon) >= self.thresholds.page_usd
        paged = known is not None and known.severity == "page"
        return replace(incident, severity="page" if dear or paged else "warn")

    def _is_said_over(self, incident: Incident) -> bool:
        return incident.incident_id in self.ended_by_words

    def _note(self, incident: Incident, episode: Episode, reading: Reading) -> None:
        """What its page shows beside it."""
        whose = {"incident_id": incident.incident_id}
        for forget in FORGET:
            self.tx.execute(forget, whose)
        band = episode.band
        for place, (expected, high) in enumerate(zip(band.expected_usd, band.high_usd, strict=True)):
            told = {"hour_at": instant(band.since + place), "expected_usd": expected, "high_usd": high}
            self.tx.execute(NOTE_HOUR, {**whose, **told})
        for place, leaf in enumerate(reading.leaves):
            self.tx.execute(NOTE_LEAF, {**whose, "place": place, **asdict(leaf)})
        for seen in reading.evidence:
            self.tx.execute(NOTE_EVIDENCE, {**whose, **asdict(seen)})
        for place, part in enumerate(_split(incident.impact_usd, reading).parts):
            self.tx.execute(NOTE_DRIVER, {**whose, "place": place, **asdict(part)})
        self.tx.execute(NOTE_OUTLOOK, {**whose, **asdict(outlook(incident, reading))})


def _split(excess_usd: Decimal, reading: Reading) -> Drivers:
    return split(excess_usd, reading.actual, reading.expected)


def outlook(incident: Incident, reading: Reading) -> Outlook:
    """Where an incident leads: what a message says beside its own numbers, and its page shows."""
    is_young = reading.until - reading.since < DAY
    return Outlook(
        last_hour_usd=rounded(Decimal(repr(reading.last_hour_usd)), CENT),
        projected_usd=projected(incident, reading, DAY) if is_young else None,
        projected_until=incident.opened_at + DAY if is_young else None,
        rising=reading.rising,
        score=reading.score,
        window_hours=reading.window_hours,
    )


def _scope(episode: Episode) -> Mapping[str, str | None]:
    return {"team": episode.key.team, "workflow": episode.key.workflow}


def _driver(episode: Episode, drivers: Drivers) -> str:
    """What the test that decided says; the largest part of the split where it says nothing of its own."""
    return episode.detected.named_driver or drivers.main if episode.detected else drivers.main


def projected(incident: Incident, reading: Reading, at_age: timedelta) -> Decimal:
    """The impact when the incident is so old (or now, if it is older), were every hour to come like the last one."""
    age = reading.until - reading.since
    usual_an_hour = incident.expected_usd * HOUR.seconds / Decimal(age.total_seconds())
    an_hour = max(Decimal(repr(reading.last_hour_usd)) - usual_an_hour, Decimal(0))
    left = Decimal(max((at_age - age).total_seconds(), 0.0)) / HOUR.seconds
    return rounded(incident.impact_usd + an_hour * left)
