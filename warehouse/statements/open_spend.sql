-- The earliest billed call of a period that no statement has taken up yet, and what all of them cost.
SELECT min(started_at) AS started_at, coalesce(sum(cost_usd), 0) AS cost_usd
FROM calls
WHERE billed
  AND ($since IS NULL OR started_at >= $since)
  AND started_at < $until
