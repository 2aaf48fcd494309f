/*
title  = "What guardrails cost"
unit   = "USD"
grain  = ["team", "workflow"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
why    = """
What it takes to be safe: the calls that guardrails make, and the generations that were thrown away, which are the product
calls of tasks whose output a guardrail blocked. A block of the input saves the generation and costs none. Both over the
cost of all tasks."""

[ratios]
share_of_cost = ["safety_cost_usd", "cost_usd"]
blocked_cost_per_task_usd = ["blocked_cost_usd", "blocked_tasks"]
*/
WITH blocked AS (
    SELECT DISTINCT task_no
    FROM task_checks
    WHERE kind = 'guardrail'
      AND result = 'blocked'
      AND source = 'output'
      AND ($teams IS NULL OR list_contains($teams, team))
),
asked AS (
    SELECT
        tasks.team, tasks.workflow, tasks.environment, tasks.model, tasks.prompt_name, tasks.prompt_version,
        calendar.day, calendar.week, calendar.month,
        tasks.guardrail_cost_usd, blocked.task_no IS NOT NULL AS blocked,
        tasks.cost_usd - tasks.judge_cost_usd - tasks.guardrail_cost_usd - tasks.embedding_cost_usd AS product_cost_usd,
        tasks.cost_usd, tasks.calls, tasks.unpriced_calls, tasks.incomplete_calls
    FROM tasks
    LEFT JOIN blocked ON blocked.task_no = tasks.task_no
    LEFT JOIN calendar_of_tasks($since, $until, $by, $zone) AS calendar
        ON calendar.quarter_at = time_bucket(INTERVAL 15 MINUTE, tasks.first_at)
    WHERE (tasks.calls > 0 OR tasks.failed_calls > 0 OR tasks.outcome_status IS NOT NULL)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
)
SELECT
    {by},
    count(*) AS tasks,
    count(CASE WHEN blocked THEN 1 END) AS blocked_tasks,
    sum(guardrail_cost_usd) AS guardrail_cost_usd,
    sum(CASE WHEN blocked THEN product_cost_usd ELSE 0 END) AS blocked_cost_usd,
    sum(guardrail_cost_usd + CASE WHEN blocked THEN product_cost_usd ELSE 0 END) AS safety_cost_usd,
    sum(cost_usd) AS cost_usd,
    sum(calls) AS calls,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls
FROM asked
GROUP BY {by}
ORDER BY safety_cost_usd DESC, {by}
