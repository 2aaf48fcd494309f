/*
title  = "Guardrail-trigger rate"
unit   = "share of evaluated checks"
grain  = ["guardrail", "action"]
by     = ["source", "team", "workflow", "environment", "model", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
coverage = ["evaluated", "checks"]
why    = """
How often a guardrail steps in: checks that blocked, rewrote or flagged, over the checks it evaluated, with the 95 %
Wilson interval. The action 'any' is the three together, and is there for a guardrail that never stepped in. A check
whose result does not say what happened is not evaluated: coverage is the share that does. The model and the prompt are
the only ones of the check's task, or 'several'. What guardrails cost is guardrail_cost."""

[rates]
trigger_rate = ["triggered", "evaluated"]
*/
WITH asked AS (
    SELECT
        CASE WHEN list_contains($by, 'source') THEN task_checks.source END AS source,
        CASE WHEN list_contains($by, 'team') THEN task_checks.team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN task_checks.workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN task_checks.environment END AS environment,
        CASE WHEN list_contains($by, 'model') THEN tasks.model END AS model,
        CASE
            WHEN list_contains($by, 'prompt_version')
                THEN coalesce(task_checks.prompt_version, tasks.prompt_version)
        END AS prompt_version,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', task_checks.checked_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', task_checks.checked_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', task_checks.checked_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        task_checks.name AS guardrail, task_checks.result
    FROM task_checks
    LEFT JOIN tasks
        ON tasks.sender = task_checks.sender
        AND tasks.owner = task_checks.owner
        AND tasks.task_id = task_checks.task_id
        AND ($teams IS NULL OR list_contains($teams, tasks.team))
        -- Nobody waits for tasks that the answer is not grouped by.
        AND (list_contains($by, 'model') OR list_contains($by, 'prompt_version'))
    WHERE task_checks.kind = 'guardrail'
      AND ($since IS NULL OR task_checks.checked_at >= $since)
      AND ($until IS NULL OR task_checks.checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, task_checks.team))
),
guardrails AS (
    SELECT
        guardrail,
        source, team, workflow, environment, model, prompt_version, day, week, month,
        count(*) AS checks,
        count(CASE WHEN result IN ('passed', 'blocked', 'rewritten', 'flagged') THEN 1 END) AS evaluated,
        count(CASE WHEN result IN ('blocked', 'rewritten', 'flagged') THEN 1 END) AS triggered,
        count(CASE WHEN result = 'blocked' THEN 1 END) AS blocked,
        count(CASE WHEN result = 'rewritten' THEN 1 END) AS rewritten,
        count(CASE WHEN result = 'flagged' THEN 1 END) AS flagged
    FROM asked
    GROUP BY guardrail, source, team, workflow, environment, model, prompt_version, day, week, month
),
actions AS (
    SELECT guardrails.*, 'any' AS action, triggered AS stepped_in FROM guardrails
    UNION ALL
    SELECT guardrails.*, 'blocked' AS action, blocked AS stepped_in FROM guardrails WHERE blocked > 0
    UNION ALL
    SELECT guardrails.*, 'rewritten' AS action, rewritten AS stepped_in FROM guardrails WHERE rewritten > 0
    UNION ALL
    SELECT guardrails.*, 'flagged' AS action, flagged AS stepped_in FROM guardrails WHERE flagged > 0
)
SELECT
    guardrail,
    action,
    source, team, workflow, environment, model, prompt_version, day, week, month,
    checks,
    evaluated,
    stepped_in AS triggered
FROM actions
ORDER BY month, week, day, guardrail, 
    source NULLS LAST, team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, model NULLS LAST,
    prompt_version NULLS LAST, action
