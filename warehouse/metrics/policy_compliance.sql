/*
title  = "Policy compliance"
unit   = "share of guarded tasks"
grain  = ["team", "workflow"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
coverage = ["guarded_tasks", "tasks"]
why    = """
How many of the tasks that a guardrail looked at broke no rule: nothing in them was blocked or flagged. What a guardrail
rewrote was mended, and complies. With the 95 % Wilson interval. Coverage is the share of tasks that any guardrail looked
at with a result that says something: of the others nobody knows."""

[rates]
compliance_rate = ["compliant_tasks", "guarded_tasks"]
*/
WITH guarded AS (
    SELECT
        sender, owner, task_id,
        count(CASE WHEN result IN ('blocked', 'flagged') THEN 1 END) AS violations,
        count(CASE WHEN result = 'rewritten' THEN 1 END) AS rewritten
    FROM task_checks
    WHERE kind = 'guardrail'
      AND result IN ('passed', 'blocked', 'rewritten', 'flagged')
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY sender, owner, task_id
),
asked AS (
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
        guarded.violations, guarded.rewritten
    FROM tasks
    LEFT JOIN guarded
        ON guarded.sender = tasks.sender AND guarded.owner = tasks.owner AND guarded.task_id = tasks.task_id
    WHERE (tasks.calls > 0 OR tasks.failed_calls > 0 OR tasks.outcome_status IS NOT NULL)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
)
SELECT
    team, workflow, environment, model, prompt_name, prompt_version, day, week, month,
    count(*) AS tasks,
    count(violations) AS guarded_tasks,
    count(CASE WHEN violations = 0 THEN 1 END) AS compliant_tasks,
    count(CASE WHEN violations = 0 AND rewritten > 0 THEN 1 END) AS mended_tasks,
    coalesce(sum(violations), 0) AS violations
FROM asked
GROUP BY team, workflow, environment, model, prompt_name, prompt_version, day, week, month
ORDER BY month, week, day, violations DESC, tasks DESC, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, model NULLS LAST, prompt_name NULLS LAST,
    prompt_version NULLS LAST
