-- Spans in a vocabulary no dialect reads: whether model calls hide among them is for their sender to say.
SELECT
    service,
    scope_name,
    count(*)         AS spans,
    max(received_at) AS last_at
FROM spans
WHERE dialect = 'unknown'
  AND started_at >= $since
  AND started_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY service, scope_name
ORDER BY spans DESC, service, scope_name
LIMIT 200
