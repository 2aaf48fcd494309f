/*
title  = "Tool-call error rate"
unit   = "share of tool calls"
grain  = ["team", "workflow", "tool"]
by     = ["tool", "team", "workflow", "environment", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
coverage = ["named_calls", "calls"]
why    = """
Which tools fail the agents that use them, with the 95 % Wilson interval: an agent whose tool fails asks the model again.
A tool call failed when its span says so. Times are counted from the first use of the tool in a trace. Coverage is the
share of tool calls that name their tool."""

[ratios]
milliseconds_per_call = ["lasted_ms", "calls"]

[rates]
error_rate = ["failed_calls", "calls"]
*/
WITH asked AS (
    SELECT
        CASE WHEN list_contains($by, 'tool') THEN tool END AS tool,
        CASE WHEN list_contains($by, 'team') THEN team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN environment END AS environment,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', used_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', used_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', used_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        calls, failed_calls, lasted_ms, CASE WHEN tool IS NULL THEN 0 ELSE calls END AS named_calls
    FROM tool_uses
    WHERE calls > 0
      AND ($since IS NULL OR used_at >= $since)
      AND ($until IS NULL OR used_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT
    tool, team, workflow, environment, day, week, month,
    sum(calls) AS calls,
    sum(named_calls) AS named_calls,
    sum(failed_calls) AS failed_calls,
    sum(lasted_ms) AS lasted_ms
FROM asked
GROUP BY tool, team, workflow, environment, day, week, month
ORDER BY month, week, day, sum(failed_calls) DESC, sum(calls) DESC, 
    tool NULLS LAST, team NULLS LAST, workflow NULLS LAST, environment NULLS LAST
