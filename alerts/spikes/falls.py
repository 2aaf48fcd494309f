"""Whether a fall in spend is one: a silent service tells of itself, and calls that nobody can price are no thrift."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from alerts.detecting import UP, instant
from alerts.spikes.episodes import HOUR, Episode
from warehouse import Transaction, Warehouse

HABIT = timedelta(days=8)  # of the days before the fall: a whole week-end lies in it wherever it ends
# The first hour of a fall holds what came before it, and the last ones what comes after a silence that ends.
LAST_HOURS = 2 * HOUR
UNKNOWN = 0.1  # of the calls that are usual: so many without a price or a usage, and what was spent is not known

WORKED = """
SELECT service FROM spans
WHERE team IS NOT DISTINCT FROM $team AND workflow IS NOT DISTINCT FROM $workflow
  AND started_at >= $known AND started_at < $since
GROUP BY service
ORDER BY count(*) DESC, service
LIMIT 1
"""

UNKNOWN_CALLS = """
SELECT
    coalesce(sum(unpriced_calls + incomplete_calls) FILTER (WHERE hour_at >= $since), 0) AS unknown,
    coalesce(sum(calls) FILTER (WHERE hour_at < $since), 0) AS calls_before
FROM hours
WHERE team IS NOT DISTINCT FROM $team AND workflow IS NOT DISTINCT FROM $workflow
  AND hour_at >= $known AND hour_at < $until
"""

HEARD = """
SELECT count(*) > 0 AS heard FROM spans
WHERE service = $service AND started_at >= $since AND started_at < $until
"""


def is_ours(source: Warehouse | Transaction, episode: Episode) -> bool:
    """Whether an episode is to be told as one of spend: every rise, and a fall whose service goes on speaking.

    A service that says nothing at all explains the fall of its workflows; the rule of silence tells of it, once. Where
    calls go on without a price their cost is unknown and not zero; the rule about unpriced calls tells of them.
    """
    if episode.direction == UP or episode.detected is None:
        return True
    scope = {"team": episode.key.team, "workflow": episode.key.workflow}
    if _is_unknown(source, scope, episode.since, instant(episode.detected.until)):
        return False
    worked = source.query(WORKED, {**scope, "known": episode.since - HABIT, "since": episode.since})
    service = None if worked.is_empty() else worked["service"][0]
    if service is None:
        return True  # nobody listens for a service without a name
    until = instant(episode.detected.until) - LAST_HOURS
    heard = source.query(HEARD, {"service": service, "since": episode.since + HOUR, "until": until})
    return bool(heard["heard"][0])


def _is_unknown(
    source: Warehouse | Transaction, scope: Mapping[str, str | None], since: datetime, until: datetime
) -> bool:
    bounds = {"known": since - HABIT, "since": since, "until": until}
    row = source.query(UNKNOWN_CALLS, {**scope, **bounds}).row(0, named=True)
    usual = float(row["calls_before"]) * ((until - since) / HABIT)
    return bool(row["unknown"] > 0 and row["unknown"] >= UNKNOWN * usual)
