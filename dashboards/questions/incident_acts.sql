-- What people did about an incident, in the order they did it.
SELECT
    acts.used_at,
    acts.action,
    acts.done_by,
    acts.until_at,
    acts.reason,
    acts.amount_usd,
    acts.undone_at,
    acts.undone_by
FROM link_uses AS acts
INNER JOIN incidents ON incidents.incident_id = acts.incident_id
WHERE acts.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
ORDER BY acts.used_at, acts.rowid
