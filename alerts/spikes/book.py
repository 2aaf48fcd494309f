"""Write down what a walk over hours found: the incident with the ledger's money, its causes, and its messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.budgets.account import Account
from alerts.delivery.outbox import post, was_told
from alerts.detecting import UP, Thresholds, instant, window_of
from alerts.detecting.drivers import Drivers, split
from alerts.incidents.incident import SEVERITIES, SPEND_DROP, SPEND_SPIKE, Incident, identity, stored, write
from alerts.incidents.message import Message
from alerts.spikes.causes import attempts_of, evidence_of, leaves_of
from alerts.spikes.drop_message import drop, fallen, returned
from alerts.spikes.episodes import Episode
from alerts.spikes.explained import explain
from alerts.spikes.key import within
from alerts.spikes.message import Beside, cause, over, spike, withdrawn
from alerts.spikes.reading import CENT, HOUR, Reading, outlook, projected
from warehouse import Transaction, rounded

WAKES_FOR = timedelta(hours=6)  # what was last seen longer ago than this when it is noticed is history

SPENT = f"""
SELECT coalesce(sum(cost_usd), 0) AS cost_usd
FROM hours
WHERE {within()}
  AND hour_at >= $since AND hour_at < $until
"""  # noqa: S608 - a condition of ours


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
        explain(self.tx, incident, episode, reading)
        self.opened += before is None
        worse = before is not None and SEVERITIES.index(incident.severity) < SEVERITIES.index(before.severity)
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
        if incident.kind == SPEND_DROP:
            return self._post(drop(incident, reading, self.links), history=history)
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
        ended = returned if incident.kind == SPEND_DROP else over
        return self._post(ended(incident, adopted, self.links), history=untold)

    def _post(self, message: Message, *, history: bool) -> int:
        return post(self.tx, message, self.channels, self.now, history=history)

    def _reading(self, episode: Episode) -> Reading:
        read = episode.detected
        if read is None:
            raise AssertionError("an episode that the hours judged only ended has no reading")
        scope = episode.key.params()
        until = instant(read.until)
        usual = rounded(Decimal(repr(read.expected.cost_usd)), CENT)
        leaves = leaves_of(self.tx, scope, episode.since, until, usual) if episode.direction == UP else ()
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
            leaves=leaves,
            evidence=evidence_of(self.tx, scope, episode.since, until),
            attempts=attempts_of(self.tx, scope, episode.since, until),
        )

    def _incident(self, change: Change, reading: Reading) -> Incident:
        """The incident with the ledger's money: the detector judges in floats, what is written is a sum of charges."""
        key, known, episode = change.episode.key, change.known, change.episode
        opened_at = known.opened_at if known else episode.since
        spent = self.tx.query(SPENT, {**key.params(), "since": reading.since, "until": reading.until})
        actual: Decimal = spent["cost_usd"][0]
        expected = rounded(Decimal(repr(reading.expected.cost_usd)), CENT)
        drivers = split(actual - expected, reading.actual, reading.expected)
        kind = kind_of(episode)
        narrower = [part for part in (key.whole, key.model) if part is not None]
        name = identity(kind, key.team, key.workflow, *narrower, opened_at.isoformat())
        incident = Incident(
            incident_id=known.incident_id if known else name,
            kind=kind,
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
            driver=_driver(episode, drivers) if kind == SPEND_SPIKE else "",
            cause=cause(reading, drivers, key) if kind == SPEND_SPIKE else fallen(reading),
            model=reading.model if key.whole is None else None,
            dedup_key=known.dedup_key if known else f"{kind}:{name}",
            parent_id=known.parent_id if known else None,
            whole=key.whole,
            of_model=key.model,
        )
        return replace(incident, severity=self._severity(incident, reading, known))

    def _severity(self, incident: Incident, reading: Reading, known: Incident | None) -> str:
        """By its dollars, and never less than it was. What is not spent wakes nobody: it waits for the digest."""
        calm, grave = ("info", "warn") if incident.kind == SPEND_DROP else ("warn", "page")
        soon = reading.until - reading.since + self.thresholds.page_hours * HOUR
        beyond = -incident.impact_usd if incident.kind == SPEND_DROP else projected(incident, reading, soon)
        dear = beyond >= self.thresholds.page_usd
        return grave if dear or (known is not None and known.severity == grave) else calm

    def _is_said_over(self, incident: Incident) -> bool:
        return incident.incident_id in self.ended_by_words


def kind_of(episode: Episode) -> str:
    """Which incidents an episode is one of."""
    return SPEND_SPIKE if episode.direction == UP else SPEND_DROP


def _driver(episode: Episode, drivers: Drivers) -> str:
    """What the test that decided says; the largest part of the split where it says nothing of its own."""
    return episode.detected.named_driver or drivers.main if episode.detected else drivers.main
