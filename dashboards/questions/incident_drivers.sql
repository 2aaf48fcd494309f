-- The excess of an incident, split over what drives cost: the parts sum to it.
SELECT
    drivers.driver,
    drivers.part_usd,
    drivers.times,
    drivers.is_cause
FROM incident_drivers AS drivers
INNER JOIN incidents ON incidents.incident_id = drivers.incident_id
WHERE drivers.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
ORDER BY drivers.place
