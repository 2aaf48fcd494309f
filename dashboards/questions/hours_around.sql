-- What an incident's owner spent hour by hour around it; a budget's owner is a whole team.
SELECT hour_at, sum(cost_usd) AS actual_usd
FROM hours
WHERE hour_at >= $from_hour
  AND hour_at < $to_hour
  AND team IS NOT DISTINCT FROM $owner
  AND ($workflow IS NULL OR workflow = $workflow)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY hour_at
ORDER BY hour_at
