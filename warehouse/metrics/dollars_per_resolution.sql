/*
title  = "Dollars per resolution"
unit   = "USD per resolved task"
grain  = ["team", "workflow", "outcome_kind"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "as_of", "by", "zone"]
why    = """
What one result costs: the cost of all tasks that began in the period, failed ones, judges and guardrails included,
divided by the tasks that were resolved and have stayed so, at $as_of, for as long as outlay.toml asks of their kind (24
hours unless it says otherwise). Resolutions younger than that may still be taken back; they stand apart as unmatured. A
workflow is listed for every kind of outcome it ever told (resolution, lead, pr, ...); tasks without an outcome weigh on
each kind of their workflow. The cost of failure is that of tasks decided otherwise. What people spent on the tasks is
beside it, at the hourly cost of outlay.toml. A month that was closed stays as it stood then: what was decided otherwise
since counts as adjusted, up or down, in the period in which it was told."""

[ratios]
dollars_per_resolution = ["cost_usd", "resolved_tasks"]
dollars_per_resolution_with_people = ["cost_with_people_usd", "resolved_tasks"]
cost_of_failure_share = ["failed_cost_usd", "cost_usd"]
resolution_rate = ["resolved_tasks", "attempted_tasks"]
*/
WITH kinds AS (
    SELECT DISTINCT team, workflow, kind
    FROM standing_outcomes
    WHERE ($teams IS NULL OR list_contains($teams, team))
),
usual AS (
    SELECT max(maturity_hours) AS maturity_hours FROM outcome_rules WHERE kind = ''
),
maturity AS (
    SELECT
        told.kind,
        $as_of - coalesce(outcome_rules.maturity_hours, usual.maturity_hours) * INTERVAL 1 HOUR AS mature_through
    FROM (SELECT DISTINCT kind FROM kinds) AS told
    CROSS JOIN usual
    LEFT JOIN outcome_rules ON outcome_rules.kind = told.kind
),
lost AS (
    -- Tasks that were closed with an outcome, and have none any more.
    SELECT tasks.task_no, closed_outcomes.kind, closed_outcomes.status
    FROM tasks
    INNER JOIN closes ON tasks.first_at >= closes.since_at AND tasks.first_at < closes.until_at
    INNER JOIN closed_outcomes
        ON closed_outcomes.month = closes.month
        AND closed_outcomes.sender = tasks.sender
        AND closed_outcomes.owner = tasks.owner
        AND closed_outcomes.task_id = tasks.task_id
    WHERE tasks.outcome_kind IS NULL AND tasks.closed_status IS NOT NULL
),
standing AS NOT MATERIALIZED (
    SELECT
        told.team, told.workflow, told.environment, told.model, told.prompt_name, told.prompt_version,
        told.first_at, told.kind, told.status, told.told_at, told.closed_status, told.human_minutes,
        told.cost_usd, told.calls, told.unpriced_calls, told.incomplete_calls,
        closed_stretches.since_at IS NOT NULL AS closed,
        told.decided_at <= maturity.mature_through AS matured
    FROM standing_outcomes AS told
    INNER JOIN maturity ON maturity.kind = told.kind
    LEFT JOIN closed_stretches
        ON told.first_at >= closed_stretches.since_at AND told.first_at < closed_stretches.until_at
    WHERE ($teams IS NULL OR list_contains($teams, told.team))
),
adjusted AS (
    -- What is won has to stand first; what is taken back is so at once. Each by itself, so that the few are soon found.
    SELECT standing.*, 1 AS tasks
    FROM standing
    WHERE closed AND matured AND status = 'resolved' AND closed_status IS DISTINCT FROM 'resolved'
    UNION ALL
    SELECT standing.*, -1 AS tasks
    FROM standing
    WHERE closed AND status <> 'resolved' AND closed_status = 'resolved'
),
told AS (
    SELECT
        team, workflow, environment, model, prompt_name, prompt_version, first_at AS counted_at, kind,
        CASE WHEN closed THEN closed_status ELSE status END AS status,
        -- What stood when its month was closed was counted then.
        coalesce(matured OR (closed AND status <> closed_status), FALSE) AS matured,
        1 AS tasks, 0 AS adjusted_tasks, cost_usd, human_minutes, calls, unpriced_calls, incomplete_calls
    FROM standing
    WHERE ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
    UNION ALL
    SELECT
        tasks.team, tasks.workflow, tasks.environment, tasks.model, tasks.prompt_name, tasks.prompt_version,
        tasks.first_at AS counted_at, kinds.kind, lost.status, FALSE AS matured, 1 AS tasks, 0 AS adjusted_tasks,
        tasks.cost_usd, NULL AS human_minutes, tasks.calls, tasks.unpriced_calls, tasks.incomplete_calls
    FROM tasks
    INNER JOIN kinds
        ON kinds.team IS NOT DISTINCT FROM tasks.team
        AND kinds.workflow IS NOT DISTINCT FROM tasks.workflow
    LEFT JOIN lost ON lost.task_no = tasks.task_no AND lost.kind = kinds.kind
    WHERE tasks.outcome_kind IS NULL
      AND (tasks.calls > 0 OR tasks.failed_calls > 0)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
    UNION ALL
    SELECT
        team, workflow, environment, model, prompt_name, prompt_version, told_at AS counted_at, kind,
        NULL AS status, FALSE AS matured, 0 AS tasks, tasks AS adjusted_tasks,
        NULL AS cost_usd, NULL AS human_minutes, NULL AS calls, NULL AS unpriced_calls, NULL AS incomplete_calls
    FROM adjusted
    WHERE ($since IS NULL OR told_at >= $since)
      AND ($until IS NULL OR told_at < $until)
),
asked AS (
    SELECT
        team, workflow, environment, model, prompt_name, prompt_version,
        day_of(counted_at, $zone) AS day, week_of(counted_at, $zone) AS week,
        month_of(counted_at, $zone) AS month,
        kind AS outcome_kind, status, matured,
        tasks, adjusted_tasks, cost_usd, human_minutes, calls, unpriced_calls, incomplete_calls
    FROM told
),
alike AS (
    -- Alike tasks first, so that what became of them is looked at once and not task by task.
    SELECT
        outcome_kind, {by}, status, matured,
        sum(tasks) AS tasks,
        sum(adjusted_tasks) AS adjusted_tasks,
        sum(cost_usd) AS cost_usd,
        sum(human_minutes) AS human_minutes,
        sum(calls) AS calls,
        sum(unpriced_calls) AS unpriced_calls,
        sum(incomplete_calls) AS incomplete_calls
    FROM asked
    GROUP BY outcome_kind, {by}, status, matured
),
summed AS (
    SELECT
        outcome_kind, {by},
        sum(tasks) AS tasks,
        sum(CASE WHEN matured AND status = 'resolved' THEN tasks ELSE 0 END) + sum(adjusted_tasks) AS resolved_tasks,
        sum(adjusted_tasks) AS adjusted_tasks,
        resolved_tasks + sum(CASE WHEN matured AND status IN ('failed', 'escalated') THEN tasks ELSE 0 END)
            AS attempted_tasks,
        sum(CASE WHEN matured THEN tasks ELSE 0 END) AS decided_tasks,
        sum(CASE WHEN NOT matured AND status = 'resolved' THEN tasks ELSE 0 END) AS unmatured_tasks,
        sum(CASE WHEN status IS NULL THEN tasks ELSE 0 END) AS undecided_tasks,
        coalesce(sum(cost_usd), 0) AS cost_usd,
        coalesce(sum(CASE WHEN matured AND status = 'resolved' THEN 0 ELSE cost_usd END), 0) AS unresolved_cost_usd,
        sum(CASE WHEN matured AND status <> 'resolved' THEN cost_usd ELSE 0 END) AS failed_cost_usd,
        CAST(coalesce(sum(human_minutes), 0) AS DECIMAL(18, 2)) AS human_minutes,
        coalesce(sum(calls), 0) AS calls,
        coalesce(sum(unpriced_calls), 0) AS unpriced_calls,
        coalesce(sum(incomplete_calls), 0) AS incomplete_calls
    FROM alike
    GROUP BY outcome_kind, {by}
),
people AS (
    SELECT max(usd_per_minute) AS usd_per_minute FROM human_costs
)
SELECT
    outcome_kind, {by},
    tasks, resolved_tasks, adjusted_tasks, attempted_tasks, decided_tasks, unmatured_tasks, undecided_tasks,
    cost_usd, unresolved_cost_usd, failed_cost_usd, human_minutes,
    -- Multiplied as wide numbers: minutes times a price with twelve digits leave what eighteen digits hold.
    cost_usd + CAST(human_minutes * CAST(usd_per_minute AS DECIMAL(38, 12)) AS DECIMAL(38, 12)) AS cost_with_people_usd,
    calls, unpriced_calls, incomplete_calls
FROM summed
CROSS JOIN people
ORDER BY cost_usd DESC, {by}, outcome_kind
