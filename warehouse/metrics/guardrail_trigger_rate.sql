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
        task_checks.source, task_checks.team, task_checks.workflow, task_checks.environment, tasks.model,
        coalesce(task_checks.prompt_version, tasks.prompt_version) AS prompt_version,
        day_of(task_checks.checked_at, $zone) AS day, week_of(task_checks.checked_at, $zone) AS week,
        month_of(task_checks.checked_at, $zone) AS month,
        task_checks.name AS guardrail, task_checks.result
    FROM task_checks
    LEFT JOIN tasks
        ON tasks.task_no = task_checks.task_no
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
        {by},
        count(*) AS checks,
        count(CASE WHEN result IN ('passed', 'blocked', 'rewritten', 'flagged') THEN 1 END) AS evaluated,
        count(CASE WHEN result IN ('blocked', 'rewritten', 'flagged') THEN 1 END) AS triggered,
        count(CASE WHEN result = 'blocked' THEN 1 END) AS blocked,
        count(CASE WHEN result = 'rewritten' THEN 1 END) AS rewritten,
        count(CASE WHEN result = 'flagged' THEN 1 END) AS flagged
    FROM asked
    GROUP BY guardrail, {by}
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
    {by},
    checks,
    evaluated,
    stepped_in AS triggered
FROM actions
ORDER BY guardrail, {by}, action
