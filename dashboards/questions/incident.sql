-- One incident, with what was last done about it, when the reader may see it.
WITH answers AS (
    SELECT
        incident_id,
        action,
        done_by,
        until_at
    FROM link_uses
    WHERE incident_id = $incident
      AND undone_at IS NULL
      AND action IN ('acknowledge', 'snooze', 'expected')
    QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY used_at DESC, rowid DESC) = 1
)
SELECT
    incidents.incident_id,
    incidents.kind,
    incidents.team,
    incidents.workflow,
    incidents.whole,
    incidents.of_model,
    incidents.model,
    incidents.opened_at,
    incidents.noticed_at,
    incidents.last_seen_at,
    incidents.resolved_at,
    incidents.state,
    incidents.severity,
    incidents.actual_usd,
    incidents.expected_usd,
    incidents.impact_usd,
    incidents.driver,
    incidents.cause,
    parents.incident_id AS parent_id,
    answers.action AS answer,
    answers.done_by AS answered_by,
    answers.until_at AS answered_until
FROM incidents
LEFT JOIN answers ON answers.incident_id = incidents.incident_id
LEFT JOIN incidents AS parents
    ON parents.incident_id = incidents.parent_id
   AND ($teams IS NULL OR list_contains($teams, parents.team))
WHERE incidents.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
