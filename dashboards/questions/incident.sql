-- One incident, when the reader may see it.
SELECT
    incident_id,
    kind,
    team,
    workflow,
    model,
    opened_at,
    noticed_at,
    last_seen_at,
    resolved_at,
    state,
    severity,
    actual_usd,
    expected_usd,
    impact_usd,
    driver,
    cause
FROM incidents
WHERE incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, team))
