"""Rules about rates: what share is unpriced, fails, passes or triggers now, held against the days before.

A rate is out of line when it moved by so many points, and the two 95 % Wilson intervals do not even touch: what a few
calls do by chance wakes nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.incidents.incident import UNATTRIBUTED
from alerts.plain import plain
from alerts.rules.rule import Finding, Rule
from warehouse import Warehouse, wilson

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

# Each gives team, workflow, name, and hits of n in [$since, $until) and in [$before, $since).
UNPRICED = """
SELECT
    team, CAST(NULL AS VARCHAR) AS workflow, coalesce(model, '(no model)') AS name,
    count(CASE WHEN started_at >= $since THEN coalesce(unpriced_because, incomplete_because) END) AS hits,
    count(CASE WHEN started_at >= $since THEN 1 END) AS n,
    count(CASE WHEN started_at < $since THEN coalesce(unpriced_because, incomplete_because) END) AS hits_before,
    count(CASE WHEN started_at < $since THEN 1 END) AS n_before
FROM calls
WHERE billed AND started_at >= $before AND started_at < $until
GROUP BY team, coalesce(model, '(no model)')
ORDER BY team, name
"""

FAILURES = """
SELECT
    CAST(NULL AS VARCHAR) AS team, CAST(NULL AS VARCHAR) AS workflow, coalesce(provider, '(no provider)') AS name,
    count(CASE WHEN started_at >= $since AND failed THEN 1 END) AS hits,
    count(CASE WHEN started_at >= $since THEN 1 END) AS n,
    count(CASE WHEN started_at < $since AND failed THEN 1 END) AS hits_before,
    count(CASE WHEN started_at < $since THEN 1 END) AS n_before
FROM calls
WHERE (billed OR failed) AND started_at >= $before AND started_at < $until
GROUP BY coalesce(provider, '(no provider)')
ORDER BY name
"""

EVALUATIONS = """
SELECT
    team, workflow, name,
    count(CASE WHEN checked_at >= $since AND result = 'passed' THEN 1 END) AS hits,
    count(CASE WHEN checked_at >= $since THEN 1 END) AS n,
    count(CASE WHEN checked_at < $since AND result = 'passed' THEN 1 END) AS hits_before,
    count(CASE WHEN checked_at < $since THEN 1 END) AS n_before
FROM task_checks
WHERE kind = 'evaluation' AND result <> 'unknown' AND checked_at >= $before AND checked_at < $until
GROUP BY team, workflow, name
ORDER BY team, workflow, name
"""

GUARDRAILS = """
SELECT
    team, workflow, name,
    count(CASE WHEN checked_at >= $since AND result IN ('blocked', 'rewritten', 'flagged') THEN 1 END) AS hits,
    count(CASE WHEN checked_at >= $since THEN 1 END) AS n,
    count(CASE WHEN checked_at < $since AND result IN ('blocked', 'rewritten', 'flagged') THEN 1 END) AS hits_before,
    count(CASE WHEN checked_at < $since THEN 1 END) AS n_before
FROM task_checks
WHERE kind = 'guardrail' AND result IN ('passed', 'blocked', 'rewritten', 'flagged')
  AND checked_at >= $before AND checked_at < $until
GROUP BY team, workflow, name
ORDER BY team, workflow, name
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate and when it is out of line."""

    sql: str
    window: timedelta
    before: timedelta
    points: float  # of a hundred; how far it must move
    least: int  # in the window; fewer say nothing
    falls: bool  # whether a fall is what matters
    says: str  # the headline, with a place for {name}, {now} and {before}
    advice: str
    of_all: bool = False  # nobody's in particular

    def find(self, warehouse: Warehouse, at: datetime) -> list[Finding]:
        """Who is out of line in the window that ends at `at` (naive UTC)."""
        since = at - self.window
        asked = {"since": since, "until": at, "before": since - self.before}
        return [self._finding(row) for row in warehouse.query(self.sql, asked).to_dicts() if self._moved(row)]

    def _moved(self, row: dict[str, Any]) -> bool:
        now, before = wilson(row["hits"], row["n"]), wilson(row["hits_before"], row["n_before"])
        if now is None or row["n"] < self.least:
            return False
        rate, rate_before = row["hits"] / row["n"], row["hits_before"] / row["n_before"] if row["n_before"] else 0.0
        if self.falls:
            return before is not None and (rate_before - rate) * 100 >= self.points and now[1] < before[0]
        return (rate - rate_before) * 100 >= self.points and (before is None or now[0] > before[1])

    def _finding(self, row: dict[str, Any]) -> Finding:
        n, n_before = row["n"], row["n_before"]
        now, before = f"{row['hits'] / n:.1%}", f"{row['hits_before'] / n_before:.1%}" if n_before else "none"
        then = f"in the {_span(self.before)} before: {before} ({row['hits_before']:,} of {n_before:,})"
        said = f"In the last {_span(self.window)}: {now} ({row['hits']:,} of {n:,}); {then}."
        key = (row["team"], row["workflow"], row["name"])
        return Finding(
            key, self._headline(row, now, f"{before} before"), (said, self.advice), row["team"], row["workflow"]
        )

    def _headline(self, row: dict[str, Any], now: str, before: str) -> str:
        # Replaced one by one: a name may hold braces, and is no format.
        said = self.says.replace("{now}", now).replace("{before}", before).replace("{name}", plain(row["name"]))
        if self.of_all:
            return said
        whose = " / ".join(plain(part) for part in (row["team"] or UNATTRIBUTED, row["workflow"]) if part)
        return f"{whose}: {said}"


def rate_rules(
    *, unpriced_points: float, failure_points: float, evaluation_points: float, guardrail_points: float
) -> tuple[Rule, ...]:
    """The rules about rates; one with 0 points is left out."""
    rates = (
        (
            "unpriced",
            "calls without a price or a full usage, by model",
            unpriced_points,
            Rate(
                UNPRICED,
                DAY,
                7 * DAY,
                unpriced_points,
                20,
                False,
                "{now} of the calls of {name} lack a price or a full usage, {before}",
                "What they cost is in no sum. Data quality says which it is: set a price (outlay prices set), or have "
                "their sender report its usage.",
            ),
        ),
        (
            "provider_failures",
            "failed attempts, by provider",
            failure_points,
            Rate(
                FAILURES,
                HOUR,
                7 * DAY,
                failure_points,
                20,
                False,
                "{name}: {now} of attempts fail, {before}",
                "Retries cost money too; the provider's status page may know more.",
                of_all=True,
            ),
        ),
        (
            "evaluation_drop",
            "evaluations that pass, by workflow",
            evaluation_points,
            Rate(
                EVALUATIONS,
                DAY,
                14 * DAY,
                evaluation_points,
                50,
                True,
                "only {now} pass the evaluation {name}, {before}",
                "A release may have made answers worse: the page Prompt versions holds each against the one before.",
            ),
        ),
        (
            "guardrail_rate",
            "guardrails that step in, by workflow",
            guardrail_points,
            Rate(
                GUARDRAILS,
                DAY,
                14 * DAY,
                guardrail_points,
                50,
                False,
                "the guardrail {name} steps in at {now} of checks, {before}",
                "Either what comes in has changed, or the guardrail has: Guardrails and quality shows both by day.",
            ),
        ),
    )
    return tuple(
        Rule(kind, f"{title}, moved by {points:g} points", HOUR if kind == "provider_failures" else 6 * HOUR, rate.find)
        for kind, title, points, rate in rates
        if points > 0
    )


def _span(length: timedelta) -> str:
    hours = int(length.total_seconds()) // 3600
    if hours == 1:
        return "hour"
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
