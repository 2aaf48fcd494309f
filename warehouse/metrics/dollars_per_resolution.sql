/*
title  = "Dollars per resolution"
unit   = "USD per resolved task"
grain  = ["team", "workflow", "outcome_kind"]
params = ["since", "until", "teams", "as_of"]
why    = """
What one result costs: the cost of all tasks of the workflow that began in the period, failed ones, judges and
guardrails included, divided by the tasks that were resolved and have stayed so for 24 hours at $as_of. Resolutions
younger than that may still be taken back; they stand apart as unmatured. A workflow is listed for every kind of outcome
it ever told (resolution, lead, pr, ...); tasks without an outcome weigh on each kind of their workflow."""

[ratios]
dollars_per_resolution = ["cost_usd", "resolved_tasks"]
resolution_rate = ["resolved_tasks", "decided_tasks"]
*/
WITH kinds AS (
    SELECT DISTINCT team, workflow, outcome_kind
    FROM tasks
    WHERE outcome_kind IS NOT NULL
      AND ($teams IS NULL OR list_contains($teams, team))
),
marked AS (
    SELECT
        kinds.team,
        kinds.workflow,
        kinds.outcome_kind,
        tasks.calls,
        tasks.cost_usd,
        tasks.unpriced_calls,
        tasks.incomplete_calls,
        tasks.outcome_status,
        tasks.outcome_status IS NOT NULL AND tasks.decided_at <= $as_of - INTERVAL 24 HOUR AS matured
    FROM kinds
    INNER JOIN tasks
        ON tasks.team IS NOT DISTINCT FROM kinds.team
        AND tasks.workflow IS NOT DISTINCT FROM kinds.workflow
        AND (tasks.outcome_kind IS NULL OR tasks.outcome_kind = kinds.outcome_kind)
    WHERE (tasks.calls > 0 OR tasks.failed_calls > 0 OR tasks.outcome_status IS NOT NULL)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
)
SELECT
    team,
    workflow,
    outcome_kind,
    count(*) AS tasks,
    count(CASE WHEN matured AND outcome_status = 'resolved' THEN 1 END) AS resolved_tasks,
    count(CASE WHEN matured THEN 1 END) AS decided_tasks,
    count(CASE WHEN NOT matured AND outcome_status = 'resolved' THEN 1 END) AS unmatured_tasks,
    count(CASE WHEN outcome_status IS NULL THEN 1 END) AS undecided_tasks,
    sum(cost_usd) AS cost_usd,
    sum(CASE WHEN matured AND outcome_status = 'resolved' THEN 0 ELSE cost_usd END) AS unresolved_cost_usd,
    sum(calls) AS calls,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls
FROM marked
GROUP BY team, workflow, outcome_kind
ORDER BY cost_usd DESC, team NULLS LAST, workflow NULLS LAST, outcome_kind
