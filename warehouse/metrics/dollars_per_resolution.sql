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
    SELECT
        tasks.sender, tasks.owner, tasks.task_id, closed_outcomes.kind, closed_outcomes.status
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
        closes.month IS NOT NULL AS closed,
        told.decided_at <= maturity.mature_through AS matured
    FROM standing_outcomes AS told
    INNER JOIN maturity ON maturity.kind = told.kind
    LEFT JOIN closes ON told.first_at >= closes.since_at AND told.first_at < closes.until_at
    WHERE ($teams IS NULL OR list_contains($teams, told.team))
),
began AS (
    SELECT
        CASE WHEN list_contains($by, 'team') THEN standing.team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN standing.workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN standing.environment END AS environment,
        CASE WHEN list_contains($by, 'model') THEN standing.model END AS model,
        CASE WHEN list_contains($by, 'prompt_name') THEN standing.prompt_name END AS prompt_name,
        CASE WHEN list_contains($by, 'prompt_version') THEN standing.prompt_version END AS prompt_version,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', standing.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', standing.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', standing.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        kind AS outcome_kind,
        CASE WHEN closed THEN closed_status ELSE status END AS status,
        -- What stood when its month was closed was counted then.
        coalesce(matured OR (closed AND status <> closed_status), FALSE) AS matured,
        count(*) AS tasks,
        sum(cost_usd) AS cost_usd,
        sum(coalesce(human_minutes, 0)) AS human_minutes,
        sum(calls) AS calls, sum(unpriced_calls) AS unpriced_calls, sum(incomplete_calls) AS incomplete_calls
    FROM standing
    WHERE ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
    GROUP BY ALL
    UNION ALL
    SELECT
        CASE WHEN list_contains($by, 'team') THEN tasks.team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN tasks.workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN tasks.environment END AS environment,
        CASE WHEN list_contains($by, 'model') THEN tasks.model END AS model,
        CASE WHEN list_contains($by, 'prompt_name') THEN tasks.prompt_name END AS prompt_name,
        CASE WHEN list_contains($by, 'prompt_version') THEN tasks.prompt_version END AS prompt_version,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', tasks.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', tasks.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', tasks.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        kinds.kind AS outcome_kind,
        lost.status,
        FALSE AS matured,
        count(*) AS tasks,
        sum(tasks.cost_usd) AS cost_usd,
        0 AS human_minutes,
        sum(tasks.calls) AS calls, sum(tasks.unpriced_calls) AS unpriced_calls,
        sum(tasks.incomplete_calls) AS incomplete_calls
    FROM tasks
    INNER JOIN kinds
        ON kinds.team IS NOT DISTINCT FROM tasks.team
        AND kinds.workflow IS NOT DISTINCT FROM tasks.workflow
    LEFT JOIN lost
        ON lost.sender = tasks.sender
        AND lost.owner = tasks.owner
        AND lost.task_id = tasks.task_id
        AND lost.kind = kinds.kind
    WHERE tasks.outcome_kind IS NULL
      AND (tasks.calls > 0 OR tasks.failed_calls > 0)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
    GROUP BY ALL
),
adjusted AS (
    SELECT
        CASE WHEN list_contains($by, 'team') THEN standing.team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN standing.workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN standing.environment END AS environment,
        CASE WHEN list_contains($by, 'model') THEN standing.model END AS model,
        CASE WHEN list_contains($by, 'prompt_name') THEN standing.prompt_name END AS prompt_name,
        CASE WHEN list_contains($by, 'prompt_version') THEN standing.prompt_version END AS prompt_version,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', standing.told_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', standing.told_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', standing.told_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        kind AS outcome_kind,
        CASE WHEN status = 'resolved' THEN 1 ELSE -1 END AS adjusted_tasks
    FROM standing
    WHERE closed
      -- What is taken back is so at once; what is won has to stand first.
      AND (matured OR closed_status = 'resolved')
      AND status IS DISTINCT FROM closed_status
      AND (status = 'resolved' OR closed_status = 'resolved')
      AND ($since IS NULL OR told_at >= $since)
      AND ($until IS NULL OR told_at < $until)
),
counted AS (
    SELECT
        began.*,
        CASE WHEN matured AND status = 'resolved' THEN tasks ELSE 0 END AS resolved_tasks,
        0 AS adjusted_tasks
    FROM began
    UNION ALL BY NAME
    SELECT adjusted.*, adjusted_tasks AS resolved_tasks, NULL AS status, FALSE AS matured, 0 AS tasks FROM adjusted
),
summed AS (
    SELECT
        outcome_kind, team, workflow, environment, model, prompt_name, prompt_version, day, week, month,
        sum(tasks) AS tasks,
        sum(resolved_tasks) AS resolved_tasks,
        sum(adjusted_tasks) AS adjusted_tasks,
        sum(resolved_tasks) + sum(CASE WHEN matured AND status IN ('failed', 'escalated') THEN tasks ELSE 0 END)
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
    FROM counted
    GROUP BY outcome_kind, team, workflow, environment, model, prompt_name, prompt_version, day, week, month
),
people AS (
    SELECT max(usd_per_minute) AS usd_per_minute FROM human_costs
)
SELECT
    outcome_kind, team, workflow, environment, model, prompt_name, prompt_version, day, week, month,
    tasks, resolved_tasks, adjusted_tasks, attempted_tasks, decided_tasks, unmatured_tasks, undecided_tasks,
    cost_usd, unresolved_cost_usd, failed_cost_usd, human_minutes,
    -- Multiplied as wide numbers: minutes times a price with twelve digits leave what eighteen digits hold.
    cost_usd + CAST(human_minutes * CAST(usd_per_minute AS DECIMAL(38, 12)) AS DECIMAL(38, 12)) AS cost_with_people_usd,
    calls, unpriced_calls, incomplete_calls
FROM summed
CROSS JOIN people
ORDER BY month, week, day, cost_usd DESC, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, model NULLS LAST, prompt_name NULLS LAST,
    prompt_version NULLS LAST, outcome_kind
