-- The UTC months of a period in which calls were billed.
SELECT DISTINCT date_trunc('month', started_at) AS month_at
FROM calls
WHERE billed
  AND ($since IS NULL OR started_at >= $since)
  AND started_at < $until
ORDER BY month_at
