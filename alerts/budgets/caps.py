"""Cap what runs away: one task or one user that does more than it may is told of as soon as it is read.

A detector waits for the hour to close; a loop of an agent spends a day's money in it. So what was just read is asked
about the caps, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alerts.delivery.outbox import post, was_told, was_written
from alerts.incidents.incident import RUNAWAY, Incident, identity, of_kind, stored, write
from alerts.incidents.message import RESOLVE, TRIGGER, Message, about, lasting, scope, when
from alerts.plain import plain
from warehouse import Warehouse, usd

TASK, USER = "task", "user"
QUIET_AFTER = timedelta(hours=1)  # a task that did nothing for so long has stopped
RECENT = timedelta(days=1)  # what happened before is history: it is read, and wakes nobody

NEWEST = "SELECT coalesce(max(span_no), 0) AS span_no FROM spans"

# Only the tasks that what was just read belongs to.
TASKS = """
WITH read AS (
    SELECT DISTINCT sender, trace_id FROM spans WHERE span_no > $looked AND received_at >= $recent
),
touched AS (
    SELECT DISTINCT parts.sender, parts.owner, parts.task_id
    FROM task_parts AS parts
    SEMI JOIN read ON read.sender = parts.sender AND read.trace_id = parts.trace_id
)
SELECT
    tasks.sender, tasks.owner, tasks.task_id AS name, team, workflow, first_at, last_at, calls, tool_calls, cost_usd
FROM tasks
SEMI JOIN touched
  ON touched.sender = tasks.sender AND touched.owner = tasks.owner AND touched.task_id = tasks.task_id
WHERE last_at >= $recent
ORDER BY tasks.sender, tasks.owner, tasks.task_id
"""

USERS = """
SELECT
    user_id AS name, team, workflow, min(started_at) AS first_at, max(ended_at) AS last_at,
    count(*) FILTER (WHERE billed) AS calls, sum(coalesce(cost_usd, 0)) AS cost_usd
FROM calls
WHERE user_id IS NOT NULL AND started_at >= $today AND started_at <= $now
GROUP BY user_id, team, workflow
ORDER BY user_id, team, workflow
"""


@dataclass(frozen=True, slots=True)
class Cap:
    """What one task, or one user in a business day, may do; None = that is not capped."""

    per: str
    team: str | None = None
    workflow: str | None = None
    usd: Decimal | None = None
    calls: int | None = None
    tool_calls: int | None = None

    def is_for(self, row: dict[str, Any]) -> bool:
        """Whether it holds for a task or a part of a user's day."""
        return self.team in {None, row["team"]} and self.workflow in {None, row["workflow"]}

    def passed(self, done: Done) -> list[str]:
        """What is beyond it, in words."""
        told = []
        if self.usd is not None and done.cost_usd >= self.usd:
            told.append(f"spent {usd(done.cost_usd)}, where {usd(self.usd)} is the cap")
        if self.calls is not None and done.calls >= self.calls:
            told.append(f"made {done.calls:,} calls, where {self.calls:,} is the cap")
        if self.tool_calls is not None and done.tool_calls >= self.tool_calls:
            told.append(f"called tools {done.tool_calls:,} times, where {self.tool_calls:,} is the cap")
        return told

    @property
    def name(self) -> str:
        """The same for the same cap: a changed one is watched anew."""
        parts = (self.per, self.team, self.workflow, *(str(most) for most in (self.usd, self.calls, self.tool_calls)))
        return identity("cap", *parts)


@dataclass(frozen=True, slots=True)
class Done:
    """What a task did, or a user today."""

    what: str  # 'Task 4bf9…', 'User ada'
    key: tuple[str, ...]
    team: str | None
    workflow: str | None
    first_at: datetime
    last_at: datetime
    calls: int
    tool_calls: int
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Capped:
    """What a look found; `looked` is the newest span it has seen, for the next one."""

    looked: int
    opened: int
    resolved: int


def watch_caps(
    warehouse: Warehouse,
    caps: Sequence[Cap],
    *,
    looked: int | None,
    zone: ZoneInfo,
    channels: Sequence[str],
    now: datetime,
    links: str = "",
) -> Capped:
    """Ask what was read after the span `looked` about every cap; incidents and messages in one transaction.

    `looked` None asks all that was done in the last day. Each cap is told of once for each task, and for each user and
    day. It ends when the task has been quiet for an hour, or with the day.
    """
    newest: int = warehouse.query(NEWEST).item()
    at = stored(now)
    known = {incident.incident_id: incident for incident in of_kind(warehouse, RUNAWAY, at - RECENT)}
    today = stored(now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0))
    since = 0 if looked is None else looked
    beyond = [] if newest == looked else _beyond(warehouse, caps, since, today, at)
    found = [_as_known(each, known.get(each.incident_id), at) for each in beyond]
    ongoing = {name: each for name, each in known.items() if each.resolved_at is None}
    now_so = ongoing | {each.incident_id: each for each in found if each.incident_id in ongoing}
    over = [replace(each, resolved_at=at) for each in now_so.values() if _is_over(each, today, at)]
    opened = 0
    with warehouse.transaction() as tx:
        for incident in found:
            write(tx, incident)
            if not was_written(tx, incident.dedup_key, TRIGGER):
                post(tx, _ran_away(incident, links), channels, now)
                opened += 1
        for incident in over:
            write(tx, incident)
            post(tx, _stopped(incident, links), channels, now, history=not was_told(tx, incident.dedup_key))
    return Capped(newest, opened, len(over))


def _as_known(incident: Incident, before: Incident | None, at: datetime) -> Incident:
    """As it was noticed; one that is over stays so unless it did something since."""
    if before is None:
        return replace(incident, noticed_at=at)
    is_still = before.last_seen_at >= incident.last_seen_at
    return replace(incident, noticed_at=before.noticed_at, resolved_at=before.resolved_at if is_still else None)


def _beyond(
    warehouse: Warehouse, caps: Sequence[Cap], looked: int, today: datetime, now: datetime
) -> Iterator[Incident]:
    per_task, per_user = ([cap for cap in caps if cap.per == per] for per in (TASK, USER))
    if per_task:
        tasks = warehouse.query(TASKS, {"looked": looked, "recent": now - RECENT})
        for row in tasks.iter_rows(named=True):
            for cap in per_task:
                if cap.is_for(row):
                    yield from _incident(cap, _task(row))
    if per_user:
        rows = warehouse.query(USERS, {"today": today, "now": now}).rows(named=True)
        for cap in per_user:
            for name in dict.fromkeys(row["name"] for row in rows):
                parts = [row for row in rows if row["name"] == name and cap.is_for(row)]
                if parts:
                    yield from _incident(cap, _user(parts, today, cap))


def _task(row: dict[str, Any]) -> Done:
    return Done(
        what=f"Task {row['name']}",
        key=(row["sender"], row["owner"], row["name"]),
        **{name: row[name] for name in ("team", "workflow", "first_at", "last_at", "tool_calls", "cost_usd")},
        calls=int(row["calls"]),
    )


def _user(parts: list[dict[str, Any]], today: datetime, cap: Cap) -> Done:
    teams, workflows = ({part[of] for part in parts} for of in ("team", "workflow"))
    return Done(
        what=f"User {parts[0]['name']}",
        key=(parts[0]["name"], today.isoformat()),
        team=teams.pop() if len(teams) == 1 else cap.team,
        workflow=workflows.pop() if len(workflows) == 1 else cap.workflow,
        first_at=min(part["first_at"] for part in parts),
        last_at=max(part["last_at"] for part in parts),
        calls=sum(int(part["calls"]) for part in parts),
        tool_calls=0,
        cost_usd=sum((part["cost_usd"] for part in parts), Decimal(0)),
    )


def _incident(cap: Cap, done: Done) -> Iterator[Incident]:
    passed = cap.passed(done)
    if not passed:
        return
    name = identity(RUNAWAY, cap.name, *done.key)
    allowed = cap.usd if cap.usd is not None and done.cost_usd >= cap.usd else Decimal(0)
    yield Incident(
        incident_id=name,
        kind=RUNAWAY,
        team=done.team,
        workflow=done.workflow,
        opened_at=done.first_at,
        noticed_at=done.last_at,
        last_seen_at=done.last_at,
        resolved_at=None,
        severity="page",
        actual_usd=done.cost_usd,
        expected_usd=allowed,
        impact_usd=done.cost_usd - allowed,
        driver="calls" if cap.usd is None else "",
        cause=f"{plain(done.what)} {' and '.join(passed)}.",
        model=None,
        dedup_key=f"{RUNAWAY}:{name}",
    )


def _is_over(incident: Incident, today: datetime, now: datetime) -> bool:
    if _is_of_user(incident):
        return incident.opened_at < today
    return now - incident.last_seen_at >= QUIET_AFTER


def _is_of_user(incident: Incident) -> bool:
    return incident.cause.startswith("User ")


def _ran_away(incident: Incident, links: str) -> Message:
    lines = [
        f"It began {when(incident.opened_at)} and spent {usd(incident.actual_usd)} by {when(incident.last_seen_at)}.",
        "Outlay stops nothing: stop it where it runs, or raise its cap, a section [[caps]] of outlay.toml.",
    ]
    return about(incident, TRIGGER, f"{_whose(incident)}{incident.cause.removesuffix('.')}", lines, links)


def _stopped(incident: Incident, links: str) -> Message:
    ended = "its day is over" if _is_of_user(incident) else "it has stopped"
    length = lasting(incident.last_seen_at - incident.opened_at)
    lines = [incident.cause, f"It lasted {length} and spent {usd(incident.actual_usd)}."]
    spent = f"{usd(incident.actual_usd)} in {length}"
    return about(incident, RESOLVE, f"{_whose(incident)}{ended}, {spent}", lines, links)


def _whose(incident: Incident) -> str:
    """Nothing of a user of several teams, or of none."""
    return "" if _is_of_user(incident) and incident.team is None else f"{scope(incident)}: "
