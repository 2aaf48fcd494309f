/*
title  = "What became of tasks"
unit   = "tasks"
grain  = ["team", "workflow", "outcome_kind", "outcome_status"]
params = ["since", "until", "teams"]
why    = """
Success, failure, escalation and refusal side by side, with what each cost and how long it took. The row without a status
holds the tasks nobody told an outcome of."""

[ratios]
share_of_tasks = ["tasks", "workflow_tasks"]
cost_per_task_usd = ["cost_usd", "tasks"]
*/
WITH counted AS MATERIALIZED (
    -- First, or the planner counts all tasks again for those of their workflow.
    SELECT
        team,
        workflow,
        outcome_kind,
        outcome_status,
        count(*) AS tasks,
        round(percentile_cont(0.5) WITHIN GROUP (ORDER BY date_diff('second', first_at, decided_at)), 2)
            AS seconds_to_outcome_p50,
        sum(cost_usd) AS cost_usd,
        sum(calls) AS calls,
        sum(unpriced_calls) AS unpriced_calls,
        sum(incomplete_calls) AS incomplete_calls
    FROM tasks
    WHERE (calls > 0 OR failed_calls > 0 OR outcome_status IS NOT NULL)
      AND ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY team, workflow, outcome_kind, outcome_status
)
SELECT
    team,
    workflow,
    outcome_kind,
    outcome_status,
    tasks,
    sum(tasks) OVER (PARTITION BY team, workflow) AS workflow_tasks,
    seconds_to_outcome_p50,
    cost_usd,
    calls,
    unpriced_calls,
    incomplete_calls
FROM counted
ORDER BY team NULLS LAST, workflow NULLS LAST, outcome_kind NULLS LAST, tasks DESC, outcome_status NULLS LAST
