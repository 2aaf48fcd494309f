-- The attempts in the hours of an incident, against those of the four weeks before; and what is not known of its calls.
SELECT
    coalesce(sum(CASE WHEN hours.hour_at >= incidents.opened_at THEN hours.calls END), 0)        AS calls,
    coalesce(sum(CASE WHEN hours.hour_at >= incidents.opened_at THEN hours.unpriced_calls + hours.incomplete_calls END), 0)
        AS unknown_calls,
    coalesce(sum(CASE WHEN hours.hour_at >= incidents.opened_at THEN hours.attempts END), 0)     AS attempts,
    coalesce(sum(CASE WHEN hours.hour_at >= incidents.opened_at THEN hours.failed_calls END), 0) AS failed_calls,
    coalesce(sum(CASE WHEN hours.hour_at < incidents.opened_at THEN hours.attempts END), 0)      AS attempts_before,
    coalesce(sum(CASE WHEN hours.hour_at < incidents.opened_at THEN hours.failed_calls END), 0)  AS failed_calls_before
FROM incidents
INNER JOIN hours
    ON (incidents.whole = 'company' OR hours.team IS NOT DISTINCT FROM incidents.team)
   AND (incidents.whole IS NOT NULL OR hours.workflow IS NOT DISTINCT FROM incidents.workflow)
   AND (incidents.of_model IS NULL OR hours.model = incidents.of_model)
   AND hours.hour_at >= incidents.opened_at - INTERVAL 28 DAY
   AND hours.hour_at < incidents.last_seen_at
WHERE incidents.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
