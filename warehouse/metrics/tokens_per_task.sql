/*
title  = "Tokens per task"
unit   = "tokens per task"
grain  = ["team", "workflow"]
params = ["since", "until", "teams"]
why    = """
How much work one unit of work takes. A task is everything sent under one task id, or one trace; it counts in the
period in which it began, once it made a call or told an outcome. The mean hides the heavy tail, so p50 and p95 stand
beside it. Tokens per successful task divides the tokens of all tasks by the resolved ones: failures are not free."""

[ratios]
tokens_per_task = ["tokens", "tasks"]
tokens_per_successful_task = ["tokens", "resolved_tasks"]
cost_per_task_usd = ["cost_usd", "tasks"]
calls_per_task = ["calls", "tasks"]
*/
SELECT
    team,
    workflow,
    count(*) AS tasks,
    sum(input_tokens + output_tokens) AS tokens,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY input_tokens + output_tokens), 2) AS tokens_p50,
    round(percentile_cont(0.95) WITHIN GROUP (ORDER BY input_tokens + output_tokens), 2) AS tokens_p95,
    count(CASE WHEN outcome_status = 'resolved' THEN 1 END) AS resolved_tasks,
    sum(cost_usd) AS cost_usd,
    sum(calls) AS calls,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls
FROM tasks
WHERE (calls > 0 OR failed_calls > 0 OR outcome_status IS NOT NULL)
  AND ($since IS NULL OR first_at >= $since)
  AND ($until IS NULL OR first_at < $until)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team, workflow
ORDER BY tokens DESC, team NULLS LAST, workflow NULLS LAST
