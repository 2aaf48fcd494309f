-- What each team spent on each day of the business calendar.
-- In a zone whose offset is no whole hour, the hour that holds midnight counts for the day it began in, as in the metrics.
SELECT
    CAST(timezone($zone, timezone('UTC', hour_at)) AS DATE) AS day,
    team,
    sum(cost_usd) AS cost_usd,
    sum(calls)    AS calls
FROM hours
WHERE hour_at >= $since
  AND hour_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
  AND ($environment IS NULL OR environment = $environment)
GROUP BY day, team
HAVING sum(calls) > 0
ORDER BY day, team
