"""What the detector expected around an incident, hour by hour: for the picture that explains it."""

from __future__ import annotations

import polars as pl

from warehouse import Warehouse

HOURS = """
SELECT
    around.hour_at,
    coalesce(sum(hours.cost_usd), 0) AS actual_usd,
    any_value(around.expected_usd) AS expected_usd,
    any_value(around.high_usd) AS high_usd
FROM incident_hours AS around
JOIN incidents ON incidents.incident_id = around.incident_id
LEFT JOIN hours
    ON hours.hour_at = around.hour_at
   AND (incidents.whole = 'company' OR hours.team IS NOT DISTINCT FROM incidents.team)
   AND (incidents.whole IS NOT NULL OR hours.workflow IS NOT DISTINCT FROM incidents.workflow)
   AND (incidents.of_model IS NULL OR hours.model = incidents.of_model)
WHERE around.incident_id = $incident_id
GROUP BY around.hour_at
ORDER BY around.hour_at
"""


def expected_hours(warehouse: Warehouse, incident_id: str) -> pl.DataFrame | None:
    """The hours from a day before a spike until it was over; None for what is no spike.

    Columns: hour_at (naive UTC), actual_usd, expected_usd, and high_usd: an hour above it is out of line. Floats, for
    drawing; the money of the incident itself is in its row.
    """
    hours = warehouse.query(HOURS, {"incident_id": incident_id})
    return None if hours.is_empty() else hours.with_columns(pl.col("actual_usd").cast(pl.Float64))
