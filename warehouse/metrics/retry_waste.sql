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
        CASE WHEN list_contains($by, 'team') THEN team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN environment END AS environment,
        CASE WHEN list_contains($by, 'model') THEN model END AS model,
        CASE WHEN list_contains($by, 'prompt_name') THEN prompt_name END AS prompt_name,
        CASE WHEN list_contains($by, 'prompt_version') THEN prompt_version END AS prompt_version,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        calls, failed_calls, retries, cost_usd, failed_cost_usd, unpriced_calls, incomplete_calls
    FROM tasks
    WHERE (calls > 0 OR failed_calls > 0 OR outcome_status IS NOT NULL)
      AND ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT
    team, workflow, environment, model, prompt_name, prompt_version, day, week, month,
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
GROUP BY team, workflow, environment, model, prompt_name, prompt_version, day, week, month
ORDER BY month, week, day, retries DESC, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, model NULLS LAST, prompt_name NULLS LAST,
    prompt_version NULLS LAST
