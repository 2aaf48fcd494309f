-- How many tasks of each workflow began on each day of the business calendar, and what they cost.
SELECT
    CAST(timezone($zone, timezone('UTC', first_at)) AS DATE) AS day,
    team,
    workflow,
    count(*)      AS tasks,
    sum(cost_usd) AS cost_usd
FROM tasks
WHERE (calls > 0 OR failed_calls > 0 OR outcome_status IS NOT NULL)
  AND first_at >= $since
  AND first_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY day, team, workflow
ORDER BY day, team, workflow
