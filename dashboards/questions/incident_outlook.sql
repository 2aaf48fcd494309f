-- How fast an incident goes, and what it comes to were every hour like its last: what its message says.
SELECT
    outlook.last_hour_usd,
    outlook.projected_usd,
    outlook.projected_until,
    outlook.rising,
    outlook.score,
    outlook.window_hours
FROM incident_outlook AS outlook
INNER JOIN incidents ON incidents.incident_id = outlook.incident_id
WHERE outlook.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
