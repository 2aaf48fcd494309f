-- What was told about an incident, and whether it got there, in the order it was written.
SELECT
    outbox.written_at,
    outbox.sent_at,
    outbox.channel,
    outbox.event,
    outbox.subject,
    outbox.body,
    outbox.attempts,
    outbox.last_error
FROM outbox
INNER JOIN incidents ON incidents.incident_id = outbox.incident_id
WHERE outbox.incident_id = $incident
  AND ($teams IS NULL OR list_contains($teams, incidents.team))
ORDER BY outbox.written_at, outbox.channel
