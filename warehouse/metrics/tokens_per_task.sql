/*
title  = "Tokens per task"
unit   = "tokens per task"
grain  = ["team", "workflow"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
why    = """
How much work one unit of work takes. A task is everything sent under one task id, or one trace; it counts in the
period in which it began, once it made a call or told an outcome. The mean hides the heavy tail, so p50 and p95 stand
beside it, and the share of all tokens that the largest task in a hundred took. Tokens per successful task divides the
tokens of all tasks by the resolved ones: failures are not free."""

[ratios]
tokens_per_task = ["tokens", "tasks"]
tokens_per_successful_task = ["tokens", "resolved_tasks"]
top_1_percent_share = ["top_tokens", "tokens"]
cost_per_task_usd = ["cost_usd", "tasks"]
calls_per_task = ["calls", "tasks"]
*/
WITH asked AS (
    SELECT
        team, workflow, environment, model, prompt_name, prompt_version,
        calendar.day, calendar.week, calendar.month,
        input_tokens + output_tokens AS tokens, outcome_status, cost_usd, calls, unpriced_calls, incomplete_calls
    FROM tasks
    LEFT JOIN calendar_of_tasks($since, $until, $by, $zone) AS calendar
        ON calendar.quarter_at = time_bucket(INTERVAL 15 MINUTE, tasks.first_at)
    WHERE (calls > 0 OR failed_calls > 0 OR outcome_status IS NOT NULL)
      AND ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
),
summed AS (
    SELECT
        {by},
        count(*) AS tasks,
        sum(tokens) AS tokens,
        quantile_cont(tokens, [0.5, 0.95]) AS quantiles,
        -- The largest one in a hundred are among these: only they are sorted.
        list_filter(list(tokens), lambda each: each >= quantile_disc(tokens, 0.98)) AS largest,
        count(CASE WHEN outcome_status = 'resolved' THEN 1 END) AS resolved_tasks,
        sum(cost_usd) AS cost_usd,
        sum(calls) AS calls,
        sum(unpriced_calls) AS unpriced_calls,
        sum(incomplete_calls) AS incomplete_calls
    FROM asked
    GROUP BY {by}
)
SELECT
    {by},
    tasks,
    tokens,
    round(quantiles[1], 2) AS tokens_p50,
    round(quantiles[2], 2) AS tokens_p95,
    list_sum(list_reverse_sort(largest)[1:(tasks + 99) // 100]) AS top_tokens,
    resolved_tasks,
    cost_usd,
    calls,
    unpriced_calls,
    incomplete_calls
FROM summed
ORDER BY tokens DESC, {by}
