"""What the detector expected around an incident, hour by hour: for the picture that explains it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from alerts.baseline import Ordinary
from alerts.history import HOUR, History, Indices, Key
from alerts.incident import SPEND_SPIKE, Incident, by_id, of_kind
from alerts.spikes import HOURS, REACH, episode_of
from alerts.thresholds import Thresholds
from warehouse import Warehouse

BEFORE, AFTER = timedelta(hours=24), timedelta(hours=12)
DEFAULTS = Thresholds()


def expected_hours(warehouse: Warehouse, incident_id: str, thresholds: Thresholds = DEFAULTS) -> pl.DataFrame | None:
    """The hours from a day before a spike to half a day after it; None for what is no spike, or has no hours left.

    Columns: hour_at (naive UTC), actual_usd, expected_usd, and high_usd: an hour above it is out of line. Floats, for
    drawing; the money of the incident itself is in its row.
    """
    incident = by_id(warehouse, incident_id)
    if incident is None or incident.kind != SPEND_SPIKE:
        return None
    until = incident.last_seen_at + AFTER
    rows = warehouse.query(HOURS, {"since": incident.opened_at - REACH, "until": until})
    key = Key(incident.team, incident.workflow)
    if rows.is_empty() or key not in (history := History.of(rows)).keys:
        return None
    row = history.keys.index(key)
    since = max(history.column(incident.opened_at - BEFORE), 0)
    columns = np.arange(since, min(history.column(until), history.width))
    before = _ordinary(warehouse, history, row, incident)
    expected = before.expected(np.zeros_like(columns), columns, np.ones_like(columns))
    spread = np.hypot(expected.spread_usd, thresholds.noise * expected.allowed_usd)
    high = np.maximum(
        thresholds.hold_ratio * expected.allowed_usd, expected.allowed_usd + thresholds.hold_score * spread
    )
    return pl.DataFrame(
        {
            "hour_at": [history.hour(int(column)) for column in columns],
            "actual_usd": history.cost_usd[row, columns],
            "expected_usd": expected.usual_usd,
            "high_usd": high,
        }
    )


def _ordinary(warehouse: Warehouse, history: History, row: int, incident: Incident) -> Ordinary:
    """The baseline as it stood when the incident opened."""
    opened = history.column(incident.opened_at)
    others = [
        episode_of(other)
        for other in of_kind(warehouse, SPEND_SPIKE, incident.opened_at - REACH)
        if (other.team, other.workflow) == (incident.team, incident.workflow) and other.opened_at < incident.opened_at
    ]
    adopted = [other for other in others if other.last_seen_at - other.opened_at >= DEFAULTS.adopt_hours * HOUR]
    unfit = [
        (row, history.column(other.opened_at), history.column(other.last_seen_at))
        for other in others
        if other not in adopted
    ]
    begins: Indices = history.begins.copy()
    begins[row] = max([begins[row], *(history.column(other.opened_at) for other in adopted)])
    return Ordinary.before(history, np.array([row]), opened, unfit, begins)
