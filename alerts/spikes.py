"""Watch spend: walk the closed hours, keep the incidents they open and end, and write what people are to be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.baseline import LOOKBACK
from alerts.detect import Continued, Episode, Opened, decide
from alerts.history import HOUR, History, Key
from alerts.incident import SPEND_SPIKE, Incident, of_kind, stored
from alerts.spike_book import Book, Change
from alerts.thresholds import Thresholds
from warehouse import Warehouse

CLOSES_AFTER = timedelta(minutes=15)  # an hour is judged when its late spans are in: nearly all come within minutes
# An episode lasts nine days at most, and is held against the weeks before it opened.
REACH = LOOKBACK * HOUR + timedelta(days=10)
DEFAULTS = Thresholds()

HOURS = """
WITH firsts AS (
    SELECT team, workflow, min(hour_at) AS first_at FROM hours GROUP BY team, workflow
)
SELECT
    hours.hour_at,
    hours.team,
    hours.workflow,
    hours.model,
    firsts.first_at,
    sum(hours.calls) AS calls,
    sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
        + coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS tokens,
    sum(hours.cost_usd) AS cost_usd
FROM hours
JOIN firsts ON firsts.team IS NOT DISTINCT FROM hours.team AND firsts.workflow IS NOT DISTINCT FROM hours.workflow
WHERE hours.hour_at >= $since AND hours.hour_at < $until
GROUP BY hours.hour_at, hours.team, hours.workflow, hours.model, firsts.first_at
ORDER BY hours.hour_at, hours.team, hours.workflow, hours.model
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a walk over closed hours changed."""

    hours: int
    opened: int
    resolved: int
    messages: int
    too_young: int = 0  # series that have no usual yet

    def __str__(self) -> str:
        """A sentence with counts, for the timetable."""
        told = f"{self.hours} hours: {self.opened} opened, {self.resolved} resolved, {self.messages} messages"
        return f"{told}; {self.too_young} workflows are too young to judge" if self.too_young else told


def last_closed_hour(now: datetime) -> datetime:
    """The end of the last hour that may be judged at `now` (aware); aware, in UTC."""
    return (now - CLOSES_AFTER).replace(minute=0, second=0, microsecond=0)


def watch(
    warehouse: Warehouse,
    *,
    since_hour: datetime,
    until_hour: datetime,
    channels: Sequence[str],
    now: datetime,
    thresholds: Thresholds = DEFAULTS,
    links: str = "",
) -> Watched:
    """Judge the closed hours in [since_hour, until_hour) one by one (aware UTC hours); write incidents and messages.

    All of it is one transaction, so an hour judged alone changes its incidents and posts its messages together; hours
    judged before change nothing. A condition that was last seen more than six hours before `now` is recorded, but its
    messages are not sent: a demo's or a rebuild's ninety days wake nobody. What still goes on is told as it stands.
    """
    since, until = stored(since_hour), stored(until_hour)
    hours = warehouse.query(HOURS, {"since": since - REACH, "until": until})
    if hours.is_empty() or until <= since:
        return Watched(0, 0, 0, 0)
    known = of_kind(warehouse, SPEND_SPIKE, since - REACH)
    history = History.of(hours, until)
    changes = walk(history, since, until, known, thresholds)
    with warehouse.transaction() as tx:
        book = Book(tx, thresholds, tuple(channels), now, links)
        messages = sum(book.enter(change) for change in changes)
    opened = sum(change.known is None for change in changes)
    resolved = sum(change.episode.resolved_at is not None for change in changes)
    too_young = int((history.width - history.begins < thresholds.history_hours).sum())
    return Watched((until - since) // HOUR, opened, resolved, messages, too_young)


def walk(
    history: History, since: datetime, until: datetime, known: Iterable[Incident], thresholds: Thresholds
) -> list[Change]:
    """Decide hour after hour, each knowing what the earlier ones decided; pure. In the order the episodes opened."""
    changes = {episode_of(incident): Change(episode_of(incident), known=incident) for incident in known}
    book: dict[tuple[Key, datetime], Change] = {(e.key, e.opened_at): change for e, change in changes.items()}
    open_by_key = {e.key: (e.key, e.opened_at) for e in changes if e.resolved_at is None}
    touched: dict[tuple[Key, datetime], None] = {}
    for number in range((until - since) // HOUR):
        hour = since + number * HOUR
        for decision in decide(history, hour, [change.episode for change in book.values()], thresholds):
            if isinstance(decision, Opened):
                episode = Episode(decision.key, decision.reading.since, decision.reading.until)
                name = open_by_key[decision.key] = (decision.key, episode.opened_at)
                book[name] = Change(episode, decision.reading)
            elif isinstance(decision, Continued):
                name = open_by_key[decision.key]
                seen = replace(book[name].episode, last_seen_at=decision.reading.until)
                book[name] = replace(book[name], episode=seen, reading=decision.reading)
            else:
                name = open_by_key.pop(decision.key)
                over_at = replace(book[name].episode, resolved_at=decision.resolved_at)
                book[name] = replace(book[name], episode=over_at, adopted=decision.adopted)
            touched[name] = None
    return [book[name] for name in touched]


def episode_of(incident: Incident) -> Episode:
    """An incident as the detector needs it."""
    key = Key(incident.team, incident.workflow)
    return Episode(key, incident.opened_at, incident.last_seen_at, incident.resolved_at)
