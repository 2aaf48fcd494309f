"""Watch spend: walk the closed hours, keep the incidents they open and end, and write what people are to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.budgets.account import Account
from alerts.budgets.book import standing
from alerts.budgets.budget import MONTHLY, TEAM, Scope
from alerts.budgets.standing import accounts_of
from alerts.detecting import State, Thresholds
from alerts.incidents.incident import OF_SPEND, Incident, of_kind, stored
from alerts.spikes.book import Book, Change, kind_of
from alerts.spikes.episodes import HOUR, Episode, judged, laid_out, memory_for, numbered
from alerts.spikes.falls import is_ours
from alerts.spikes.groups import group_spikes
from alerts.spikes.key import Key
from alerts.spikes.remembered import BEGINNING, changed_since, is_kept, keep, remembered
from alerts.spikes.said import ended_by_words, with_plans, words
from alerts.spikes.series import series_hours
from warehouse import Warehouse

CLOSES_AFTER = timedelta(minutes=15)  # an hour is judged when its late spans are in: nearly all come within minutes
WEEK = timedelta(weeks=1)  # before the hours to judge, that say how steadily the company is heard
KNOWN_FOR = timedelta(days=60)  # an incident that was resolved longer ago is no episode of today's
DEFAULTS = Thresholds()
NONE: Mapping[str, str] = {}
UTC = ZoneInfo("UTC")

HEARD = "SELECT DISTINCT hour_at FROM hours WHERE hour_at >= $since AND hour_at < $until"


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
    zone: ZoneInfo = UTC,
    links: str = "",
    runbooks: Mapping[str, str] = NONE,
) -> Watched:
    """Judge the closed hours in [since_hour, until_hour) (aware UTC hours); write incidents and messages.

    What earlier hours taught is remembered; hours judged before whose sums have changed are judged again with all that
    came after them. All of it is one transaction, and judging an hour twice changes nothing. A condition that was last
    seen more than six hours before `now` is recorded, but its messages are not sent: a demo's or a rebuild's ninety
    days wake nobody. What still goes on is told as it stands.
    """
    since, until = stored(since_hour), stored(until_hour)
    if until <= since:
        return Watched(0, 0, 0, 0)
    changed = changed_since(warehouse)
    anew = min(since, changed) if changed else since
    memory = remembered(warehouse, anew)
    first = memory.judged_until if memory else None
    rows = series_hours(warehouse, first, until)
    if rows.is_empty() and memory is None:
        return Watched(0, 0, 0, 0)
    rows, keys = numbered(rows, memory.keys if memory else ())
    before = warehouse.query(HEARD, {"since": first - WEEK, "until": first})["hour_at"].to_list() if first else []
    begun = memory.state.age > 0 if memory else None
    panel = laid_out(rows, keys, zone, first=first, until=until, heard_before=before, begun=begun)
    panel = with_plans(warehouse, panel, keys)
    state = memory_for(memory.state if memory else None, len(keys), thresholds)
    states: dict[datetime, bytes] = {}

    def remember(at: datetime, state_then: State) -> None:
        if is_kept(at, until):
            states[at] = state_then.as_bytes()

    every = judged(panel, state, thresholds, remember, words(warehouse, keys, first)).values()
    episodes = [each for each in every if is_ours(warehouse, each)]
    known = [incident for kind in OF_SPEND for incident in of_kind(warehouse, kind, anew - KNOWN_FOR)]
    changes = matched(episodes, known, anew)
    accounts = _accounts(warehouse, changes, zone, now)
    with warehouse.transaction() as tx:
        book = Book(
            tx,
            thresholds,
            tuple(channels),
            now,
            links,
            ended_by_words=ended_by_words(tx),
            accounts=accounts,
            runbooks=runbooks,
        )
        messages = sum(book.enter(change) for change in changes)
        messages += sum(book.withdraw(incident, until) for incident in unfounded(known, episodes, first))
        group_spikes(tx, until)
        keep(tx, first or BEGINNING, until, keys, states)
    return Watched(
        hours=(until - since) // HOUR,
        opened=book.opened,
        resolved=book.resolved,
        messages=messages,
        too_young=sum(
            key.whole is None and key.model is None and age < thresholds.cold_hours
            for key, age in zip(keys, state.age, strict=True)
        ),
    )


def _accounts(warehouse: Warehouse, changes: Sequence[Change], zone: ZoneInfo, now: datetime) -> dict[str, Account]:
    """How the monthly budgets stand of the teams whose spend something is said of."""
    teams = {change.episode.key.team for change in changes if change.episode.detected is not None}
    scopes = {Scope(TEAM, team) for team in teams if team}
    if not scopes:
        return {}
    budgets = [each for each in standing(warehouse) if each.scope in scopes and each.period == MONTHLY]
    return {each.budget.scope.name: each for each in accounts_of(warehouse, budgets, zone=zone, now=now)}


def matched(episodes: Sequence[Episode], known: Sequence[Incident], since: datetime) -> list[Change]:
    """Each episode of the hours from `since` on with the incident that is known of it, in the order they began.

    An hour that came late may move an episode's beginning: the incident it overlaps is the same one.
    """
    changes = []
    for episode in sorted(episodes, key=lambda each: (each.since, str(each.key))):
        same = [incident for incident in known if _overlaps(episode, incident)]
        incident = same[0] if same else None
        if episode.decided_at > since or (incident is not None and incident.resolved_at is None):
            changes.append(Change(episode, incident))
    return changes


def unfounded(known: Sequence[Incident], episodes: Iterable[Episode], first: datetime | None) -> list[Incident]:
    """The open incidents that hours judged again, from `first` on, know nothing of: what came late explained them."""
    found = list(episodes)
    return [
        incident
        for incident in known
        if incident.resolved_at is None
        and (first is None or incident.opened_at >= first)
        and not any(_overlaps(episode, incident) for episode in found)
    ]


def _overlaps(episode: Episode, incident: Incident) -> bool:
    whose = Key(incident.team, incident.workflow, incident.whole, incident.of_model)
    if whose != episode.key or incident.kind != kind_of(episode):
        return False
    if incident.opened_at == episode.since:
        return True
    return incident.opened_at < episode.decided_at and episode.since < incident.last_seen_at
