"""The rule about regressions: a prompt version or a model in use does worse than the one before it.

What is worse is for `warehouse.regressions` to say: three points of pass rate, or a significant rise in the cost of a
resolution. It is open until the version is replaced or does so no longer, and of the severity that a digest gathers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.incidents.message import LINE_LENGTH, when
from alerts.plain import plain
from alerts.rules.rule import Finding, Rule
from warehouse import Question, VersionChange, Warehouse, regression_sentence, version_changes

LOOKS_BACK = timedelta(days=92)  # as the page of versions does: long enough for a version and the one before it
A_WEEK = timedelta(weeks=1)

Of = tuple[str, str | None, str | None, str | None]


def regression_rules(*, watched: bool) -> tuple[Rule, ...]:
    """The rule, where it is wanted."""
    title = "a prompt version or model does worse than the one before it"
    return (Rule("regression", title, A_WEEK, regressions),) if watched else ()


def regressions(warehouse: Warehouse, at: datetime) -> list[Finding]:
    """One finding for each workflow's prompt, and each workflow's model, whose latest version regressed."""
    until = at.replace(tzinfo=UTC)
    changes = version_changes(warehouse, Question(until - LOOKS_BACK, until, None, until))
    latest: dict[Of, VersionChange] = {}
    for change in sorted(changes, key=lambda each: each.since):
        latest[change.kind, change.team, change.workflow, change.name] = change
    return [_finding(change) for change in latest.values() if change.regressed]


def _finding(change: VersionChange) -> Finding:
    said = [plain(regression_sentence(change, each), LINE_LENGTH) for each in change.regressed]
    tasks = f"{change.tasks_after:,} tasks since {when(change.since)}, against {change.tasks_before:,} with"
    return Finding(
        key=(change.kind, change.team, change.workflow, change.name, change.after),
        headline=f"{plain(change.team)} / {said[0]}" if change.team is not None else said[0],
        lines=(*said[1:], f"{tasks} {plain(change.before)}."),
        team=change.team,
        workflow=change.workflow,
        model=change.after if change.kind == "model" else None,
        severity="info",
    )
