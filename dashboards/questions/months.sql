-- The months of the business calendar that have calls, latest first.
SELECT DISTINCT strftime(timezone($zone, timezone('UTC', hour_at)), '%Y-%m') AS month
FROM hours
WHERE calls > 0
  AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY month DESC
