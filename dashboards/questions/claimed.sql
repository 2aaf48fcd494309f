-- Spans that named another team than their key's. The key's team owes; the claim is only shown.
SELECT
    team,
    claimed_team,
    service,
    count(*)         AS spans,
    max(received_at) AS last_at
FROM spans
WHERE claimed_team IS NOT NULL
  AND started_at >= $since
  AND started_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team, claimed_team, service
ORDER BY spans DESC, team, claimed_team
LIMIT 200
