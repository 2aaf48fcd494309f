-- What went out of line in the period, or still is; dearest first.
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
WHERE (state = 'open' OR (opened_at < $until AND coalesce(resolved_at, last_seen_at) >= $since))
  AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY state = 'open' DESC, impact_usd DESC, opened_at DESC, incident_id
