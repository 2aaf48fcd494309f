-- The incident that explains this one, and those that this one explains; the dearest first.
SELECT
    others.incident_id,
    others.parent_id,
    others.kind,
    others.team,
    others.workflow,
    others.whole,
    others.of_model,
    others.state,
    others.severity,
    others.actual_usd,
    others.expected_usd,
    others.impact_usd,
    others.cause
FROM incidents AS others
INNER JOIN incidents ON incidents.incident_id = $incident
WHERE (others.parent_id = incidents.incident_id OR others.incident_id = incidents.parent_id)
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
  AND ($teams IS NULL OR list_contains($teams, others.team))
ORDER BY others.impact_usd DESC, others.incident_id
