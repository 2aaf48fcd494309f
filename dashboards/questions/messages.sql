-- What was told about an incident, by which way, and whether it got there, in the order it was written.
-- A message that a letter carried among others is shown by itself, with the letter's fate.
WITH letters AS (
    SELECT
        message_id,
        written_at,
        sent_at,
        channel,
        event,
        subject,
        body,
        attempts,
        last_error
    FROM outbox
    WHERE incident_id = $incident
      AND (channel <> 'routes' OR (sent_at IS NULL AND last_error IS NOT NULL))
    UNION ALL
    SELECT
        told.message_id,
        told.written_at,
        letter.sent_at,
        carried.channel,
        carried.event,
        told.subject,
        told.body,
        letter.attempts,
        letter.last_error
    FROM carried
    INNER JOIN outbox AS told ON told.message_id = carried.message_id
    INNER JOIN outbox AS letter ON letter.message_id = carried.letter_id
    WHERE carried.incident_id = $incident
      AND carried.form <> 'single'
)
SELECT
    letters.written_at,
    letters.sent_at,
    letters.channel,
    letters.event,
    letters.subject,
    letters.body,
    letters.attempts,
    letters.last_error
FROM letters
INNER JOIN incidents ON incidents.incident_id = $incident
WHERE ($teams IS NULL OR list_contains($teams, incidents.team))
ORDER BY letters.written_at, letters.channel
