-- Spans whose times cannot be right; they are counted, on the day they were received when they are far off.
SELECT
    service,
    quality          AS what,
    count(*)         AS spans,
    max(received_at) AS last_at
FROM spans
WHERE quality IS NOT NULL
  AND received_at >= $since
  AND received_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY service, quality
ORDER BY spans DESC, service, quality
LIMIT 200
