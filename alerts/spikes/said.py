"""What people said, as the detector hears it: words of feedback by the hour, and hours that were planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from alerts.detecting import DOWN, PLANNED, UP, Panel, Word, number
from alerts.detecting.panel import SUMS
from alerts.detecting.state import Flags
from alerts.incidents.agenda import PLANNED as PLANNED_EVENT
from alerts.incidents.agenda import Entry, entries
from alerts.incidents.incident import OF_SPEND, SPEND_DROP, SPEND_SPIKE
from alerts.spikes.episodes import HOUR
from alerts.spikes.key import Key
from warehouse import Transaction, Warehouse

SAID = """
SELECT
    CASE action WHEN 'expected' THEN $planned ELSE action END AS word,
    used_at, amount_usd, kind, team, workflow, whole, of_model, opened_at, last_seen_at
FROM link_uses
JOIN incidents ON incidents.incident_id = link_uses.incident_id
WHERE list_contains($kinds, incidents.kind) AND undone_at IS NULL
  AND action IN ('expected', 'incident', 'new_normal', 'too_small', 'false_alarm')
  AND ($since IS NULL OR used_at >= $since)
ORDER BY used_at, link_uses.rowid
"""

# Incidents that a word ended, not the hours.
ENDED = """
SELECT DISTINCT incidents.incident_id
FROM link_uses
JOIN incidents ON incidents.incident_id = link_uses.incident_id AND incidents.resolved_at = link_uses.used_at
WHERE list_contains($kinds, incidents.kind) AND undone_at IS NULL
"""


def words(source: Warehouse | Transaction, keys: Sequence[Key], since: datetime | None) -> Mapping[int, list[Word]]:
    """What was said of spend from the hour `since` on (naive UTC), by the hour before which the detector hears it.

    That is the hour it was said in: it has not been judged, because it is not over.
    """
    rows = {key: row for row, key in enumerate(keys)}
    found: dict[int, list[Word]] = {}
    asked = {"planned": PLANNED, "kinds": list(OF_SPEND), "since": since}
    for told in source.query(SAID, asked).iter_rows(named=True):
        key = Key(told["team"], told["workflow"], told["whole"], told["of_model"])
        row = rows.get(key)
        if row is None:
            continue
        word = Word(
            row=row,
            word=told["word"],
            said_at=told["used_at"],
            since=number(told["opened_at"]),
            until=_after(told["last_seen_at"]),
            floor_usd=0.0 if told["amount_usd"] is None or told["word"] == PLANNED else float(str(told["amount_usd"])),
            workflow=-1 if key.model is None else rows[key.workflow_of()],
            direction=DOWN if told["kind"] == SPEND_DROP else UP,
        )
        found.setdefault(number(told["used_at"]), []).append(word)
    return found


def ended_by_words(source: Warehouse | Transaction) -> frozenset[str]:
    """The incidents that are over because somebody said so."""
    return frozenset(source.query(ENDED, {"kinds": list(OF_SPEND)})["incident_id"])


def with_plans(source: Warehouse | Transaction, panel: Panel, keys: Sequence[Key]) -> Panel:
    """The panel without the hours that were planned: nobody is alarmed by them, and they teach nothing."""
    aside = np.zeros(panel.heard.shape, dtype=np.bool_)
    for entry in entries(source, kind=PLANNED_EVENT):
        aside |= _aside(entry, panel, keys)
    return replace(panel, heard=panel.heard & ~aside) if aside.any() else panel


def _aside(entry: Entry, panel: Panel, keys: Sequence[Key]) -> Flags:
    aside = np.zeros(panel.heard.shape, dtype=np.bool_)
    # It holds from the hour it was said in: the hours before were judged without it.
    since = max(number(max(entry.starts_at, entry.added_at)), panel.first)
    until = min(_after(entry.until), panel.end)
    if since >= until or entry.until <= entry.added_at:
        return aside
    rows = [row for row, key in enumerate(keys) if entry.fits(key.team, key.workflow, SPEND_SPIKE, key.whole)]
    # And not once more in a whole, or by model.
    counted = [row for row in rows if keys[row].whole == entry.whole and keys[row].model is None]
    hours = slice(since - panel.first, until - panel.first)
    spent = panel.sums[SUMS.index("cost_usd")][counted, hours].sum(axis=0)
    most = np.inf if entry.most_usd_an_hour is None else np.float64(str(entry.most_usd_an_hour))
    aside[rows, hours] = spent <= most
    return aside


def _after(instant: datetime) -> int:
    """The hour after the last one that an end lies in."""
    return number(instant - timedelta(microseconds=1) + HOUR)
