-- What each model cost on each day of the business calendar.
SELECT
    CAST(timezone($zone, timezone('UTC', hour_at)) AS DATE) AS day,
    model,
    sum(cost_usd) AS cost_usd,
    sum(calls)    AS calls
FROM hours
WHERE hour_at >= $since
  AND hour_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
  AND ($environment IS NULL OR environment = $environment)
GROUP BY day, model
HAVING sum(calls) > 0
ORDER BY day, model
