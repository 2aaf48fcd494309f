-- Who sends calls, how many, and when each was last heard: who has gone silent stands on top.
SELECT
    team,
    service,
    count(*)      AS calls,
    max(ended_at) AS last_at
FROM calls
WHERE started_at >= $since
  AND started_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team, service
ORDER BY last_at, team, service
