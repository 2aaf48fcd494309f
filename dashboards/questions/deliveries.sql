-- The last messages: whether they got there, and why not.
-- First those that wait to be addressed, because of quiet hours, a digest or a cap; they have no channel yet.
SELECT
    outbox.written_at,
    outbox.sent_at,
    CASE WHEN outbox.channel <> 'routes' THEN outbox.channel END AS channel,
    outbox.event,
    outbox.subject,
    outbox.severity,
    outbox.attempts,
    outbox.last_error,
    outbox.next_try_at,
    outbox.incident_id
FROM outbox
WHERE (outbox.channel <> 'routes' OR (outbox.sent_at IS NULL AND outbox.last_error IS NOT NULL))
  AND outbox.last_error IS DISTINCT FROM 'not sent: history'
  AND ($teams IS NULL OR list_contains($teams, outbox.team))
ORDER BY
    (outbox.channel = 'routes' AND outbox.next_try_at < TIMESTAMP '9999-12-31') DESC,
    outbox.written_at DESC,
    outbox.message_id
LIMIT $most
