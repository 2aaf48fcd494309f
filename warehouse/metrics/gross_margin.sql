/*
title  = "Gross margin per serving"
unit   = "USD per serving"
grain  = ["team", "workflow"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
why    = """
What is left of the price of one serving. A serving is a task; its price is the workflow's in outlay.toml, and workflows
without one are left out. The cost is that of all tasks, failed ones, judges and guardrails included. The projections
say what the margin comes to at twice, five and ten times the volume with the same mix: nothing gets cheaper by being
more."""

[ratios]
margin_per_serving_usd = ["margin_usd", "servings"]
cost_per_serving_usd = ["cost_usd", "servings"]
gross_margin = ["margin_usd", "revenue_usd"]
*/
WITH asked AS (
    SELECT
        tasks.team, tasks.workflow, tasks.environment, tasks.model, tasks.prompt_name, tasks.prompt_version,
        calendar.day, calendar.week, calendar.month,
        workflow_prices.price_usd, tasks.cost_usd, tasks.calls, tasks.unpriced_calls, tasks.incomplete_calls
    FROM tasks
    INNER JOIN workflow_prices ON workflow_prices.workflow = tasks.workflow
    LEFT JOIN calendar_of_tasks($since, $until, $by, $zone) AS calendar
        ON calendar.quarter_at = time_bucket(INTERVAL 15 MINUTE, tasks.first_at)
    WHERE (tasks.calls > 0 OR tasks.failed_calls > 0 OR tasks.outcome_status IS NOT NULL)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
),
summed AS (
    SELECT
        {by},
        count(*) AS servings,
        CAST(sum(price_usd) AS DECIMAL(38, 12)) AS revenue_usd,
        sum(cost_usd) AS cost_usd,
        sum(calls) AS calls,
        sum(unpriced_calls) AS unpriced_calls,
        sum(incomplete_calls) AS incomplete_calls
    FROM asked
    GROUP BY {by}
)
SELECT
    {by},
    servings,
    revenue_usd,
    cost_usd,
    revenue_usd - cost_usd AS margin_usd,
    CAST(2 * (revenue_usd - cost_usd) AS DECIMAL(38, 12)) AS margin_at_2x_usd,
    CAST(5 * (revenue_usd - cost_usd) AS DECIMAL(38, 12)) AS margin_at_5x_usd,
    CAST(10 * (revenue_usd - cost_usd) AS DECIMAL(38, 12)) AS margin_at_10x_usd,
    calls,
    unpriced_calls,
    incomplete_calls
FROM summed
ORDER BY revenue_usd DESC, {by}
