"""Watch for silence: a service that used to send and does not any more. A spend of nothing is seldom thrift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from alerts.delivery.outbox import post, was_told
from alerts.incidents.incident import SILENCE, Incident, identity, of_kind, stored, write
from alerts.incidents.message import RESOLVE, TRIGGER, Message, about, lasting, when
from alerts.plain import plain
from warehouse import Warehouse, rounded, usd

LEAST_SILENCE = timedelta(hours=6)  # shorter ones are deployments and lunch breaks
USUAL_GAPS = 12  # times the usual gap
LONGEST_GAPS = 1.5  # times the longest gap of those days: an office is silent every night, and every week-end
SPELL = timedelta(days=8)  # a week and a day, so that a whole week-end lies in it wherever it ends
DAYS_FROM = 5  # of those days: a service seen on fewer days has no habit
SPANS_A_DAY = 10  # on such a day; fewer are somebody trying something
FROM, GIVEN_UP = "Nothing came from ", "Given up after"
FORGOTTEN_AFTER = timedelta(days=30)  # retired: nobody waits for it any more

LAST_HEARD = """
SELECT service, max(started_at) AS last_at
FROM spans
WHERE service IS NOT NULL AND started_at >= $since AND started_at <= $now
GROUP BY service
ORDER BY service
"""

# The minutes in which a service spoke in the days before it fell silent.
MINUTES = """
SELECT date_trunc('minute', started_at) AS minute_at, count(*) AS spans, max_by(team, started_at) AS team
FROM spans
WHERE service = $service AND started_at > $since AND started_at <= $until
GROUP BY date_trunc('minute', started_at)
ORDER BY minute_at
"""

SPOKE_AGAIN = """
SELECT min(started_at) AS first_at
FROM spans
WHERE started_at > $since AND started_at <= $now AND ($service IS NULL OR service = $service)
"""

SPENT = """
SELECT coalesce(sum(cost_usd), 0) AS cost_usd
FROM calls
WHERE service = $service AND started_at > $since AND started_at <= $until
"""


@dataclass(frozen=True, slots=True)
class SilenceWatched:
    """What listening found."""

    services: int
    opened: int
    resolved: int

    def __str__(self) -> str:
        """A sentence with counts, for the timetable."""
        return f"{self.services} services: {self.opened} fell silent, {self.resolved} spoke again"


@dataclass(frozen=True, slots=True)
class Habit:
    """How a service spoke in the days until it was last heard; None = all services together."""

    service: str | None
    team: str | None
    last_at: datetime  # naive UTC
    minutes: tuple[tuple[datetime, int], ...]  # in which it spoke, with the number of spans
    spell_usd: Decimal

    @property
    def name(self) -> str:
        """The same as long as it stays silent."""
        return identity(SILENCE, self.service, self.last_at.isoformat())

    def is_missed(self, at: datetime) -> bool:
        """Whether it used to send enough, on enough days, and is silent for longer than it ever is."""
        days: dict[date, int] = {}
        for minute, spans in self.minutes:
            days[minute.date()] = days.get(minute.date(), 0) + spans
        gaps = [(later - earlier).total_seconds() for (earlier, _), (later, _) in pairwise(self.minutes)]
        if sum(spans >= SPANS_A_DAY for spans in days.values()) < DAYS_FROM or not gaps:
            return False
        patience = max(LEAST_SILENCE.total_seconds(), USUAL_GAPS * median(gaps), LONGEST_GAPS * max(gaps))
        return (at - self.last_at).total_seconds() >= patience


def watch_silence(warehouse: Warehouse, *, channels: Sequence[str], now: datetime, links: str = "") -> SilenceWatched:
    """Open an incident for each service that fell silent; end it when the service speaks again or is forgotten.

    When nobody is heard any more the pipe is broken and no service is to blame: then one incident says so. Everything
    that arrived must be loaded and written with this, incidents and messages in one transaction.
    """
    at = stored(now)
    heard = dict(warehouse.query(LAST_HEARD, {"since": at - FORGOTTEN_AFTER, "now": at}).iter_rows())
    known = {incident.incident_id: incident for incident in of_kind(warehouse, SILENCE, at)}
    missed = [habit for habit in _quiet(warehouse, heard, at) if habit.is_missed(at)]
    if len(missed) > 1 and at - max(heard.values()) >= LEAST_SILENCE:
        known_already = [habit for habit in missed if habit.name in known]
        missed = [*known_already, _everyone(missed)]
    silent = {habit.name: _incident(habit, known.get(habit.name), at) for habit in missed}
    over = [_over(warehouse, incident, list(heard), at) for name, incident in known.items() if name not in silent]
    opened = [habit for habit in missed if habit.name not in known]
    with warehouse.transaction() as tx:
        for incident in (*silent.values(), *over):
            write(tx, incident)
        for habit in opened:
            post(tx, fell_silent(silent[habit.name], habit, links), channels, now)
        for incident in over:
            post(tx, spoke_again(incident, links), channels, now, history=not was_told(tx, incident.dedup_key))
    return SilenceWatched(len(heard), len(opened), len(over))


def fell_silent(incident: Incident, habit: Habit, links: str) -> Message:
    """Who is silent since when, and what is probably broken."""
    who = _who(habit.service)
    lines = [
        f"Nothing from {who} since {when(incident.opened_at)} ({lasting(incident.last_seen_at - incident.opened_at)}).",
        f"It spent {usd(habit.spell_usd)} in {lasting(SPELL)}; since then {usd(incident.expected_usd)} would be usual.",
        "Either it stopped, or its exporter did: then its spend goes on and is not seen.",
    ]
    whose = f"{plain(incident.team)}: " if incident.team is not None else ""
    return about(incident, TRIGGER, f"{whose}{who} fell silent", lines, links)


def spoke_again(incident: Incident, links: str) -> Message:
    """It is over: heard again, or given up."""
    ended = incident.resolved_at or incident.last_seen_at
    lines = [
        f"From {when(incident.opened_at)} to {when(ended)} ({lasting(ended - incident.opened_at)}).",
        incident.cause,
    ]
    who = incident.cause.removeprefix(FROM).rpartition(" since ")[0]
    is_heard = GIVEN_UP not in incident.cause
    return about(
        incident, RESOLVE, f"{who} {'is heard again' if is_heard else 'is not waited for any more'}", lines, links
    )


def _quiet(warehouse: Warehouse, heard: dict[str, datetime], at: datetime) -> Iterator[Habit]:
    """The habits of those who are silent long enough to be looked at."""
    for service, last_at in heard.items():
        if at - last_at < LEAST_SILENCE:
            continue
        spell = {"service": service, "since": last_at - SPELL, "until": last_at}
        minutes = warehouse.query(MINUTES, spell)
        spell_usd: Decimal = warehouse.query(SPENT, spell)["cost_usd"][0]
        spoken = tuple(minutes.select("minute_at", "spans").iter_rows())
        yield Habit(service, minutes["team"][-1], last_at, spoken, spell_usd)


def _everyone(missed: Sequence[Habit]) -> Habit:
    last_at = max(habit.last_at for habit in missed)
    return Habit(None, None, last_at, (), sum((habit.spell_usd for habit in missed), Decimal(0)))


def _incident(habit: Habit, before: Incident | None, at: datetime) -> Incident:
    share = Decimal((at - habit.last_at).total_seconds()) / Decimal(SPELL.total_seconds())
    expected = rounded(habit.spell_usd * share)
    return Incident(
        incident_id=habit.name,
        kind=SILENCE,
        team=habit.team,
        workflow=None,
        opened_at=habit.last_at,
        noticed_at=before.noticed_at if before else at,
        last_seen_at=at,
        resolved_at=None,
        severity="warn",
        actual_usd=Decimal(0),
        expected_usd=expected,
        impact_usd=-expected,
        driver="",
        cause=f"{FROM}{_who(habit.service)} since {when(habit.last_at)}.",
        model=None,
        dedup_key=f"{SILENCE}:{habit.name}",
    )


def _over(warehouse: Warehouse, incident: Incident, heard: Sequence[str], at: datetime) -> Incident:
    """With the instant it was heard again; with `at` when it was given up."""
    for service in (None, *heard):
        if identity(SILENCE, service, incident.opened_at.isoformat()) == incident.incident_id:
            asked = {"service": service, "since": incident.opened_at, "now": at}
            first_at: datetime | None = warehouse.query(SPOKE_AGAIN, asked).item()
            return replace(incident, resolved_at=first_at or at)
    return replace(incident, resolved_at=at, cause=f"{incident.cause} {GIVEN_UP} {lasting(FORGOTTEN_AFTER)}.")


def _who(service: str | None) -> str:
    return "every service" if service is None else plain(service)
