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
        tool, team, workflow, environment,
        day_of(used_at, $zone) AS day, week_of(used_at, $zone) AS week, month_of(used_at, $zone) AS month,
        calls, failed_calls, lasted_ms, CASE WHEN tool IS NULL THEN 0 ELSE calls END AS named_calls
    FROM tool_uses
    WHERE calls > 0
      AND ($since IS NULL OR used_at >= $since)
      AND ($until IS NULL OR used_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT
    {by},
    sum(calls) AS calls,
    sum(named_calls) AS named_calls,
    sum(failed_calls) AS failed_calls,
    sum(lasted_ms) AS lasted_ms
FROM asked
GROUP BY {by}
ORDER BY sum(failed_calls) DESC, sum(calls) DESC, {by}
