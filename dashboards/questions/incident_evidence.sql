-- What changed shortly before an incident (prompt versions first seen then), and its dearest traces.
SELECT
    evidence.kind,
    evidence.name,
    evidence.seen_at,
    evidence.cost_usd
FROM incident_evidence AS evidence
INNER JOIN incidents ON incidents.incident_id = evidence.incident_id
WHERE evidence.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
ORDER BY evidence.kind, evidence.cost_usd DESC, evidence.seen_at, evidence.name
