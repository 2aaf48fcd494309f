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
    SELECT DISTINCT tasks.team, tasks.workflow, task_outcomes.kind
    FROM task_outcomes
    INNER JOIN tasks
        ON tasks.sender = task_outcomes.sender
        AND tasks.owner = task_outcomes.owner
        AND tasks.task_id = task_outcomes.task_id
    WHERE ($teams IS NULL OR list_contains($teams, tasks.team))
),
usual AS (
    SELECT max(maturity_hours) AS maturity_hours FROM outcome_rules WHERE kind = ''
),
standing AS (
    SELECT
        task_outcomes.*,
        task_outcomes.decided_at + coalesce(outcome_rules.maturity_hours, usual.maturity_hours) * INTERVAL 1 HOUR
            <= $as_of AS matured
    FROM task_outcomes
    CROSS JOIN usual
    LEFT JOIN outcome_rules ON outcome_rules.kind = task_outcomes.kind
),
began AS (
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
        1 AS tasks,
        0 AS adjusted_tasks,
        CASE WHEN closes.month IS NULL THEN standing.status ELSE closed_outcomes.status END AS status,
        -- What stood when its month was closed was counted then.
        coalesce(standing.matured OR (closes.month IS NOT NULL AND standing.status <> closed_outcomes.status), FALSE)
            AS matured,
        tasks.cost_usd, coalesce(standing.human_minutes, 0) AS human_minutes,
        tasks.calls, tasks.unpriced_calls, tasks.incomplete_calls
    FROM tasks
    INNER JOIN kinds
        ON kinds.team IS NOT DISTINCT FROM tasks.team
        AND kinds.workflow IS NOT DISTINCT FROM tasks.workflow
    LEFT JOIN standing
        ON standing.sender = tasks.sender
        AND standing.owner = tasks.owner
        AND standing.task_id = tasks.task_id
        AND standing.kind = kinds.kind
    LEFT JOIN closes ON tasks.first_at >= closes.since_at AND tasks.first_at < closes.until_at
    LEFT JOIN closed_outcomes
        ON closed_outcomes.month = closes.month
        AND closed_outcomes.sender = tasks.sender
        AND closed_outcomes.owner = tasks.owner
        AND closed_outcomes.task_id = tasks.task_id
        AND closed_outcomes.kind = kinds.kind
    WHERE (tasks.calls > 0 OR tasks.failed_calls > 0 OR tasks.outcome_status IS NOT NULL)
      AND (standing.kind IS NOT NULL OR tasks.outcome_kind IS NULL)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
),
adjusted AS (
    SELECT
        CASE WHEN list_contains($by, 'team') THEN tasks.team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN tasks.workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN tasks.environment END AS environment,
        CASE WHEN list_contains($by, 'model') THEN tasks.model END AS model,
        CASE WHEN list_contains($by, 'prompt_name') THEN tasks.prompt_name END AS prompt_name,
        CASE WHEN list_contains($by, 'prompt_version') THEN tasks.prompt_version END AS prompt_version,
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
        standing.kind AS outcome_kind,
        0 AS tasks,
        CASE WHEN standing.status = 'resolved' THEN 1 ELSE 0 END
            - CASE WHEN closed_outcomes.status = 'resolved' THEN 1 ELSE 0 END AS adjusted_tasks,
        NULL AS status, FALSE AS matured, 0 AS cost_usd, 0 AS human_minutes,
        0 AS calls, 0 AS unpriced_calls, 0 AS incomplete_calls
    FROM tasks
    INNER JOIN standing
        ON standing.sender = tasks.sender AND standing.owner = tasks.owner AND standing.task_id = tasks.task_id
    INNER JOIN closes ON tasks.first_at >= closes.since_at AND tasks.first_at < closes.until_at
    LEFT JOIN closed_outcomes
        ON closed_outcomes.month = closes.month
        AND closed_outcomes.sender = tasks.sender
        AND closed_outcomes.owner = tasks.owner
        AND closed_outcomes.task_id = tasks.task_id
        AND closed_outcomes.kind = standing.kind
    -- What is taken back is so at once; what is won has to stand first.
    WHERE (standing.matured OR closed_outcomes.status = 'resolved')
      AND standing.status IS DISTINCT FROM closed_outcomes.status
      AND (standing.status = 'resolved' OR closed_outcomes.status = 'resolved')
      AND ($since IS NULL OR standing.told_at >= $since)
      AND ($until IS NULL OR standing.told_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
),
counted AS (
    SELECT * FROM began
    UNION ALL BY NAME
    SELECT * FROM adjusted
),
summed AS (
    SELECT
        outcome_kind, team, workflow, environment, model, prompt_name, prompt_version, day, week, month,
        sum(tasks) AS tasks,
        count(CASE WHEN matured AND status = 'resolved' THEN 1 END) + sum(adjusted_tasks) AS resolved_tasks,
        sum(adjusted_tasks) AS adjusted_tasks,
        count(CASE WHEN matured AND status IN ('resolved', 'failed', 'escalated') THEN 1 END) + sum(adjusted_tasks)
            AS attempted_tasks,
        count(CASE WHEN matured THEN 1 END) AS decided_tasks,
        count(CASE WHEN NOT matured AND status = 'resolved' THEN 1 END) AS unmatured_tasks,
        sum(CASE WHEN tasks = 1 AND status IS NULL THEN 1 ELSE 0 END) AS undecided_tasks,
        sum(cost_usd) AS cost_usd,
        sum(CASE WHEN matured AND status = 'resolved' THEN 0 ELSE cost_usd END) AS unresolved_cost_usd,
        sum(CASE WHEN matured AND status <> 'resolved' THEN cost_usd ELSE 0 END) AS failed_cost_usd,
        CAST(sum(human_minutes) AS DECIMAL(18, 2)) AS human_minutes,
        sum(calls) AS calls,
        sum(unpriced_calls) AS unpriced_calls,
        sum(incomplete_calls) AS incomplete_calls
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
