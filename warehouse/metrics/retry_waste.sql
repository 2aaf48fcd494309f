/*
title  = "Retries and failed calls"
unit   = "USD"
grain  = ["team", "workflow"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
why    = """
What failing costs: calls that failed and were billed nevertheless, over the cost of all calls, and how often a task
asked again. A retry is an attempt of the same purpose right after one that failed, within one trace of the task. Most
failures are billed nothing: then they cost the time of those who waited, not money."""

[ratios]
failed_cost_share = ["failed_cost_usd", "cost_usd"]
retries_per_task = ["retries", "tasks"]

[rates]
retried_rate = ["retried_tasks", "tasks"]
*/
WITH asked AS (
    SELECT
        team, workflow, environment, model, prompt_name, prompt_version,
        calendar.day, calendar.week, calendar.month,
        calls, failed_calls, retries, cost_usd, failed_cost_usd, unpriced_calls, incomplete_calls
    FROM tasks
    LEFT JOIN calendar_of_tasks($since, $until, $by, $zone) AS calendar
        ON calendar.quarter_at = time_bucket(INTERVAL 15 MINUTE, tasks.first_at)
    WHERE (calls > 0 OR failed_calls > 0 OR outcome_status IS NOT NULL)
      AND ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT
    {by},
    count(*) AS tasks,
    count(CASE WHEN retries > 0 THEN 1 END) AS retried_tasks,
    sum(retries) AS retries,
    sum(failed_calls) AS failed_calls,
    sum(failed_cost_usd) AS failed_cost_usd,
    sum(cost_usd) AS cost_usd,
    sum(calls) AS calls,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls
FROM asked
GROUP BY {by}
ORDER BY retries DESC, {by}
