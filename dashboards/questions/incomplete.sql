-- Calls that did not tell all their usage: who sent them, and what was missing.
SELECT
    team,
    service,
    incomplete_because AS because,
    count(*)      AS calls,
    max(ended_at) AS last_at
FROM calls
WHERE billed
  AND incomplete_because IS NOT NULL
  AND started_at >= $since
  AND started_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team, service, incomplete_because
ORDER BY calls DESC, team, service
