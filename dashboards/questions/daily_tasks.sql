-- How many tasks of each workflow began on each day of the business calendar, and what they cost.
WITH began AS (
    -- No zone's day begins within a quarter of an hour: so few are put into the calendar, not millions.
    SELECT
        time_bucket(INTERVAL 15 MINUTE, first_at) AS quarter_at,
        team,
        workflow,
        count(*)      AS tasks,
        sum(cost_usd) AS cost_usd
    FROM tasks
    WHERE (calls > 0 OR failed_calls > 0 OR outcome_status IS NOT NULL)
      AND first_at >= $since
      AND first_at < $until
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY quarter_at, team, workflow
)
SELECT
    CAST(timezone($zone, timezone('UTC', quarter_at)) AS DATE) AS day,
    team,
    workflow,
    CAST(sum(tasks) AS BIGINT) AS tasks,
    sum(cost_usd)              AS cost_usd
FROM began
GROUP BY day, team, workflow
ORDER BY day, team, workflow
