"""Watch conditions other than spend: a rule finds what is out of line at an instant, and this keeps its incidents.

A rule is a function of the warehouse and the instant, so that the same rule tells what it would have told in the last
thirty days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.delivery.outbox import post, was_told
from alerts.incidents.backtest import BACKTEST_DAYS, RuleBacktest
from alerts.incidents.incident import Incident, identity, of_kind, stored, write
from alerts.incidents.message import RESOLVE, TRIGGER, Message, about, lasting, when
from alerts.plain import plain
from warehouse import Warehouse

NOTHING = Decimal(0)
FIRST = """
SELECT min(first_at) AS first_at
FROM (
    SELECT min(started_at) AS first_at FROM calls
    UNION ALL SELECT min(first_at) FROM tasks
    UNION ALL SELECT min(checked_at) FROM task_checks
    UNION ALL SELECT min(hour_at) FROM hours
)
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition that holds at an instant; `key` tells it from the others of its rule."""

    key: tuple[str | None, ...]
    headline: str
    lines: tuple[str, ...]
    team: str | None = None
    workflow: str | None = None
    model: str | None = None
    severity: str = "warn"
    actual_usd: Decimal = NOTHING
    expected_usd: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for, how often, and in words."""

    kind: str
    title: str
    every: timedelta
    find: Callable[[Warehouse, datetime], list[Finding]]  # the instant is naive UTC
    grace: timedelta = timedelta(0)  # how long it must hold before it is told; until then it is only written down
    looks_back: bool = True  # whether the past can be asked: what a queue was like is written nowhere


@dataclass(frozen=True, slots=True)
class RulesWatched:
    """What a look at the rules changed."""

    rules: int
    opened: int
    resolved: int

    def __str__(self) -> str:
        """A sentence with counts, for the timetable."""
        return f"{self.rules} rules: {self.opened} conditions opened, {self.resolved} ended"


def watch_rules(
    warehouse: Warehouse, rules: Sequence[Rule], *, channels: Sequence[str], now: datetime, links: str = ""
) -> RulesWatched:
    """Open an incident for each new condition, keep those that hold, end the others; each rule in one transaction."""
    opened = resolved = 0
    at = stored(now)
    for rule in rules:
        known = [incident for incident in of_kind(warehouse, rule.kind, at) if incident.resolved_at is None]
        found = [(each, _same(rule.kind, each, known)) for each in rule.find(warehouse, at)]
        kept = {before.incident_id for _, before in found if before}
        over = [replace(each, resolved_at=at) for each in known if each.incident_id not in kept]
        with warehouse.transaction() as tx:
            for finding, before in found:
                incident = _incident(rule.kind, finding, before, at)
                write(tx, incident)
                is_news = at - incident.opened_at >= rule.grace and not was_told(tx, incident.dedup_key)
                if is_news:
                    told = about(incident, TRIGGER, finding.headline, [*finding.lines, _rule(rule)], links)
                    post(tx, told, channels, now)
            for incident in over:
                write(tx, incident)
                untold = not was_told(tx, incident.dedup_key)
                post(tx, _ended(rule, incident, links), channels, now, history=untold)
        opened += sum(before is None for _, before in found)
        resolved += len(over)
    return RulesWatched(len(rules), opened, resolved)


def would_have_fired(warehouse: Warehouse, rule: Rule, *, now: datetime, days: int = BACKTEST_DAYS) -> RuleBacktest:
    """What the rule would have told in the last days, had it been asked as often as it is; writes nothing."""
    if not rule.looks_back:
        return RuleBacktest(rule.kind, rule.title, days, None, NOTHING, ())
    at = stored(now)
    holding: dict[tuple[str | None, ...], Finding] = {}
    told: list[Finding] = []
    # Of the time before anything was known no rule finds anything; a new home is not asked a thousand times.
    first = warehouse.query(FIRST)["first_at"][0] or at
    for instant in (each for each in _instants(at - timedelta(days=days), at, rule.every) if each > first):
        found = {each.key: each for each in rule.find(warehouse, instant)}
        told += [each for key, each in found.items() if key not in holding]
        holding = found
    impact = sum((each.actual_usd - each.expected_usd for each in told), NOTHING)
    return RuleBacktest(rule.kind, rule.title, days, len(told), impact, tuple(each.headline for each in told[-3:]))


def _instants(since: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    at = since + every
    while at <= until:
        yield at
        at += every


def _same(kind: str, finding: Finding, known: Sequence[Incident]) -> Incident | None:
    return next((each for each in known if each.incident_id == _name(kind, finding, each.opened_at)), None)


def _name(kind: str, finding: Finding, opened_at: datetime) -> str:
    return identity(kind, *finding.key, opened_at.isoformat())


def _incident(kind: str, finding: Finding, before: Incident | None, at: datetime) -> Incident:
    opened_at = before.opened_at if before else at
    name = _name(kind, finding, opened_at)
    return Incident(
        incident_id=name,
        kind=kind,
        team=finding.team,
        workflow=finding.workflow,
        opened_at=opened_at,
        noticed_at=before.noticed_at if before else at,
        last_seen_at=at,
        resolved_at=None,
        severity=finding.severity,
        actual_usd=finding.actual_usd,
        expected_usd=finding.expected_usd,
        impact_usd=finding.actual_usd - finding.expected_usd,
        driver="",
        cause=finding.headline,
        model=finding.model,
        dedup_key=f"{kind}:{name}",
    )


def _rule(rule: Rule) -> str:
    return f"Rule: {rule.title}."


def _ended(rule: Rule, incident: Incident, links: str) -> Message:
    ended = incident.resolved_at or incident.last_seen_at
    lines = [
        f"From {when(incident.opened_at)} to {when(ended)} ({lasting(ended - incident.opened_at)}).",
        _rule(rule),
    ]
    return about(incident, RESOLVE, f"no longer so: {plain(incident.cause, 200)}", lines, links)
