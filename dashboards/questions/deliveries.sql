-- The last messages that were addressed to somebody, whether they got there, and why not.
SELECT
    outbox.written_at,
    outbox.sent_at,
    outbox.channel,
    outbox.event,
    outbox.subject,
    outbox.severity,
    outbox.attempts,
    outbox.last_error,
    outbox.incident_id
FROM outbox
WHERE outbox.channel <> 'routes'
  AND outbox.last_error IS DISTINCT FROM 'not sent: history'
  AND ($teams IS NULL OR list_contains($teams, outbox.team))
ORDER BY outbox.written_at DESC, outbox.message_id
LIMIT $most
