-- The environments calls were made in.
SELECT DISTINCT environment
FROM hours
WHERE environment IS NOT NULL
  AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY environment
