"""Keep what the detector learned, and notice when an hour that it judged has changed since.

A few states are kept, the older the fewer. A late hour, a new price or an owner's rule changes the sums of hours; then
judging begins again from the last state before them, so that decisions are the same whenever an hour came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from alerts.detecting import State
from alerts.spikes.key import SERIES, Key
from warehouse import Transaction, Warehouse

DAILY, WEEKLY = timedelta(days=8), timedelta(days=100)  # how long a state of every day, and one of every week, is kept

LATEST = """
SELECT judged_until, series, state FROM detector_states
WHERE judged_until <= $until
ORDER BY judged_until DESC
LIMIT 1
"""

TOKENS = """coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
    + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)
    + coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)"""

SUMS = f"""
SELECT hour_at, sum(calls) AS calls, sum({TOKENS}) AS tokens, sum(cost_usd) AS cost_usd
FROM hours
WHERE hour_at >= $since AND hour_at < $until
GROUP BY hour_at
"""  # noqa: S608 - a sum of columns of ours

CHANGED = f"""
WITH sums AS ({SUMS})
SELECT min(coalesce(sums.hour_at, judged.hour_at)) AS hour_at
FROM sums
FULL JOIN detector_hours AS judged ON judged.hour_at = sums.hour_at
WHERE sums.calls IS DISTINCT FROM judged.calls
   OR sums.tokens IS DISTINCT FROM judged.tokens
   OR sums.cost_usd IS DISTINCT FROM judged.cost_usd
"""  # noqa: S608 - the query above

FORGET_HOURS = "DELETE FROM detector_hours WHERE hour_at >= $since"
NOTE_HOURS = f"INSERT INTO detector_hours BY NAME {SUMS}"
FORGET_STATES = "DELETE FROM detector_states WHERE judged_until > $since"
KEPT = "SELECT judged_until FROM detector_states"
DROP_STATE = "DELETE FROM detector_states WHERE judged_until = $judged_until"
NOTE_STATE = "INSERT INTO detector_states VALUES ($judged_until, $series, $state)"
DOUBT = """
UPDATE detector_hours SET calls = -1
WHERE hour_at = (SELECT min(hour_at) FROM detector_hours WHERE hour_at >= $since)
"""
BEGINNING = datetime(1, 1, 1)  # noqa: DTZ001 - as stored: naive UTC


@dataclass(frozen=True, slots=True)
class Remembered:
    """The detector's memory of all hours before `judged_until` (naive UTC); keys name the rows of its state."""

    judged_until: datetime
    keys: tuple[Key, ...]
    state: State


def changed_since(warehouse: Warehouse) -> datetime | None:
    """The first hour that was judged and has other sums now: it came late, or its price or its owner changed."""
    hour: datetime | None = warehouse.query(CHANGED, {"since": BEGINNING, "until": _judged(warehouse)}).item()
    return hour


def remembered(warehouse: Warehouse, until: datetime) -> Remembered | None:
    """The latest memory of hours before `until`; None when there is none, or none that this version can read."""
    found = warehouse.query(LATEST, {"until": until})
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    try:
        state = State.from_bytes(row["state"])
    except ValueError:
        return None
    named = json.loads(row["series"])
    if any(len(names) != len(SERIES) for names in named):
        return None  # kept before teams and the company were series, too
    return Remembered(row["judged_until"], tuple(Key(*names) for names in named), state)


def _judged(warehouse: Warehouse) -> datetime:
    """The end of the last hour that was judged and had spend."""
    last: datetime | None = warehouse.query("SELECT max(hour_at) AS hour_at FROM detector_hours").item()
    return last + timedelta(hours=1) if last else BEGINNING


def keep(
    tx: Transaction, since: datetime, until: datetime, keys: Sequence[Key], states: Mapping[datetime, bytes]
) -> None:
    """Write the sums of the hours judged in [since, until) and the states made on the way, and drop older ones."""
    tx.execute(FORGET_HOURS, {"since": since})
    tx.execute(NOTE_HOURS, {"since": since, "until": until})
    tx.execute(FORGET_STATES, {"since": since})
    series = json.dumps([list(key.params().values()) for key in keys])
    for at, state in states.items():
        tx.execute(DROP_STATE, {"judged_until": at})
        tx.execute(NOTE_STATE, {"judged_until": at, "series": series, "state": state})
    for at in _too_many(tx.query(KEPT), until):
        tx.execute(DROP_STATE, {"judged_until": at})


def judge_anew(tx: Transaction, since: datetime) -> None:
    """Have the hours from `since` on (naive UTC) judged again: what was learned then was taken back."""
    tx.execute(FORGET_STATES, {"since": since})
    tx.execute(DOUBT, {"since": since})


def is_kept(at: datetime, until: datetime) -> bool:
    """Whether the state of this instant is worth keeping when hours up to `until` are judged: midnights, Mondays'."""
    if at.hour:
        return False
    return until - at <= DAILY or (at.weekday() == 0 and until - at <= WEEKLY)


def _too_many(kept: pl.DataFrame, until: datetime) -> list[datetime]:
    return [at for at in kept["judged_until"] if not is_kept(at, until)]
