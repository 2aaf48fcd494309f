-- Where an incident's excess comes from: the smallest set that explains four fifths of it first, then the rest.
SELECT
    leaves.team,
    leaves.workflow,
    leaves.environment,
    leaves.provider,
    leaves.model,
    leaves.purpose,
    leaves.actual_usd,
    leaves.expected_usd,
    leaves.actual_usd - leaves.expected_usd AS excess_usd,
    leaves.is_cause
FROM incident_leaves AS leaves
INNER JOIN incidents ON incidents.incident_id = leaves.incident_id
WHERE leaves.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
ORDER BY leaves.place
