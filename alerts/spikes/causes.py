"""Where an excess comes from: the smallest set of leaves with four fifths of it, what held it back, what changed.

A leaf is an environment, provider, model and purpose of a workflow that is out of line, or is part of what is. What it
should have cost is its share of the last four weeks, of what the whole should have cost; so the leaves' excesses sum to
the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.spikes.key import within
from warehouse import Transaction, Warehouse, share_out

MOST = Decimal("0.8")  # of the excess: enough to know where to look
FOUR_WEEKS = timedelta(weeks=4)
SHORTLY_BEFORE = timedelta(hours=24)  # a change shows when traffic reaches it
RELEASES_KNOWN = timedelta(days=7)  # a release that was heard in the week before that is not new
MORE_FAILURES = 0.01  # of attempts: less is the weather
TRACES = 5  # enough to see what they have in common
VERSIONS = 3
FINEST = Decimal("1e-12")  # the last place of the ledger's money

LEAVES = f"""
SELECT
    team, workflow, environment, provider, model, purpose,
    coalesce(sum(cost_usd) FILTER (WHERE hour_at >= $since), 0) AS actual_usd,
    coalesce(sum(cost_usd) FILTER (WHERE hour_at < $since), 0) AS before_usd
FROM hours
WHERE {within()}
  AND hour_at >= $before AND hour_at < $until
GROUP BY team, workflow, environment, provider, model, purpose
ORDER BY team, workflow, environment, provider, model, purpose
"""  # noqa: S608 - a condition of ours

VERSIONS_FIRST_SEEN = f"""
SELECT coalesce(prompt_name || ' ', '') || prompt_version AS name, min(started_at) AS seen_at, sum(cost_usd) AS cost_usd
FROM calls
WHERE {within()}
  AND prompt_version IS NOT NULL AND started_at < $until
GROUP BY prompt_name, prompt_version
HAVING min(started_at) >= $shortly AND min(started_at) > (
    SELECT min(started_at) FROM calls
    WHERE {within()}
)
ORDER BY seen_at, name
LIMIT $at_most
"""  # noqa: S608 - a condition of ours

# What a service is released as stands on its resource; where nothing was heard before, nothing was released.
RELEASES_FIRST_SEEN = f"""
WITH releases AS (
    SELECT
        coalesce(spans.service || ' ', '') || attribute_of(resources.attributes, 'service.version') AS name,
        min(spans.started_at) AS seen_at,
        min(min(spans.started_at)) OVER (PARTITION BY spans.service) AS ever_at
    FROM spans
    JOIN resources ON resources.resource_id = spans.resource_id
    WHERE {within("spans")}
      AND spans.started_at >= $known AND spans.started_at < $until
      AND attribute_of(resources.attributes, 'service.version') IS NOT NULL
    GROUP BY spans.service, attribute_of(resources.attributes, 'service.version')
)
SELECT name, seen_at FROM releases
WHERE seen_at >= $shortly AND seen_at > ever_at
ORDER BY seen_at, name
LIMIT $at_most
"""  # noqa: S608 - a condition of ours

ATTEMPTS = f"""
SELECT
    coalesce(sum(attempts) FILTER (WHERE hour_at >= $since), 0)         AS attempts,
    coalesce(sum(failed_calls) FILTER (WHERE hour_at >= $since), 0)     AS failed,
    coalesce(sum(attempts) FILTER (WHERE hour_at < $since), 0)          AS attempts_before,
    coalesce(sum(failed_calls) FILTER (WHERE hour_at < $since), 0)      AS failed_before,
    coalesce(sum(calls) FILTER (WHERE hour_at >= $since), 0)            AS calls,
    coalesce(sum(unpriced_calls + incomplete_calls) FILTER (WHERE hour_at >= $since), 0) AS unknown_calls
FROM hours
WHERE {within()}
  AND hour_at >= $before AND hour_at < $until
"""  # noqa: S608 - a condition of ours

DEAREST_TRACES = f"""
SELECT trace_id AS name, min(started_at) AS seen_at, sum(cost_usd) AS cost_usd
FROM calls
WHERE {within()}
  AND started_at >= $since AND started_at < $until
GROUP BY trace_id
HAVING sum(cost_usd) > 0
ORDER BY cost_usd DESC, trace_id
LIMIT $at_most
"""  # noqa: S608 - a condition of ours


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part of a workflow's spend in an episode."""

    team: str | None
    workflow: str | None
    environment: str | None
    provider: str | None
    model: str | None
    purpose: str
    actual_usd: Decimal
    expected_usd: Decimal
    is_cause: bool = False

    @property
    def excess_usd(self) -> Decimal:
        """Negative: it held the rise back."""
        return self.actual_usd - self.expected_usd


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something to look at: a prompt version or a release first seen then, or one of the dearest traces."""

    kind: str  # prompt, release, trace
    name: str
    seen_at: datetime
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of an episode, against those of the four weeks before; and what is not known of its calls."""

    attempts: int
    failed: int
    attempts_before: int
    failed_before: int
    calls: int  # billed
    unknown_calls: int  # without a price, or without a full usage: they are not in the money

    @property
    def failed_share(self) -> float | None:
        """None when nothing was tried."""
        return self.failed / self.attempts if self.attempts else None

    @property
    def fail_more(self) -> bool:
        """Whether more of them fail than before, by so much that retries may be a cause."""
        before = self.failed_before / self.attempts_before if self.attempts_before else 0.0
        return (self.failed_share or 0.0) > before + MORE_FAILURES


def leaves_of(
    source: Warehouse | Transaction, scope: Mapping[str, str | None], since: datetime, until: datetime, usual: Decimal
) -> tuple[Leaf, ...]:
    """The leaves of a team's workflow in [since, until) (naive UTC), those that are the cause first, dearest first."""
    bounds = {"since": since, "until": until, "before": since - FOUR_WEEKS}
    rows = source.query(LEAVES, {**scope, **bounds}).to_dicts()
    shares = expected_shares([row["before_usd"] for row in rows], usual)
    leaves = [_leaf(row, share) for row, share in zip(rows, shares, strict=True)]
    return root_cause([leaf for leaf in leaves if leaf.actual_usd or leaf.expected_usd])


def expected_shares(before: Sequence[Decimal], usual: Decimal) -> list[Decimal]:
    """What was usual in all, shared out by what each cost before; nothing to nobody where nothing was."""
    whole = sum(before, Decimal(0))
    if whole <= 0:
        return [Decimal(0)] * len(before)
    return share_out([usual * part / whole for part in before], FINEST)


def root_cause(leaves: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """Mark the smallest set of leaves that explains four fifths of the whole excess; they come first."""
    ordered = sorted(leaves, key=_order)
    whole = sum((leaf.excess_usd for leaf in ordered), Decimal(0))
    explained, marked = Decimal(0), list[Leaf]()
    for leaf in ordered:
        needed = whole > 0 and leaf.excess_usd > 0 and explained < MOST * whole
        explained += leaf.excess_usd if needed else 0
        marked.append(replace(leaf, is_cause=needed))
    return tuple(marked)


def evidence_of(
    source: Warehouse | Transaction, scope: Mapping[str, str | None], since: datetime, until: datetime
) -> tuple[Evidence, ...]:
    """Prompt versions and releases first seen shortly before or in [since, until), and its dearest traces."""
    shortly = {**scope, "shortly": since - SHORTLY_BEFORE, "until": until, "at_most": VERSIONS}
    versions = source.query(VERSIONS_FIRST_SEEN, shortly)
    known = {"known": since - SHORTLY_BEFORE - RELEASES_KNOWN}
    releases = source.query(RELEASES_FIRST_SEEN, {**shortly, **known})
    traces = source.query(DEAREST_TRACES, {**scope, "since": since, "until": until, "at_most": TRACES})
    return (
        *(Evidence("prompt", **row) for row in versions.iter_rows(named=True)),
        *(Evidence("release", **row, cost_usd=None) for row in releases.iter_rows(named=True)),
        *(Evidence("trace", **row) for row in traces.iter_rows(named=True)),
    )


def attempts_of(
    source: Warehouse | Transaction, scope: Mapping[str, str | None], since: datetime, until: datetime
) -> Attempts:
    """How many of an episode's attempts failed, as before, and how many of its calls nobody can price."""
    bounds = {"since": since, "until": until, "before": since - FOUR_WEEKS}
    row = source.query(ATTEMPTS, {**scope, **bounds}).row(0, named=True)
    return Attempts(**{name: int(count) for name, count in row.items()})


def _leaf(row: Mapping[str, Any], expected_usd: Decimal) -> Leaf:
    names = {name: row[name] for name in ("team", "workflow", "environment", "provider", "model", "purpose")}
    return Leaf(**names, actual_usd=row["actual_usd"], expected_usd=expected_usd)


def _order(leaf: Leaf) -> tuple[Any, ...]:
    names = (leaf.team, leaf.workflow, leaf.model, leaf.environment, leaf.purpose)
    return (-leaf.excess_usd, *(str(name) for name in names))
