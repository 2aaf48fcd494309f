/*
title  = "Evaluation pass rate"
unit   = "share of evaluations with a verdict"
grain  = ["team", "workflow", "evaluation", "prompt_name", "prompt_version"]
by     = ["team", "workflow", "environment", "evaluation", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
coverage = ["judged", "evaluations"]
why    = """
Whether answers are good, by the prompt version that gave them, with the 95 % Wilson interval: a cheaper prompt that
passes less is not cheaper. The version is the one told on the evaluated span, or else the only one its task used.
Evaluations without a verdict (a bare score) are not judged: coverage is the share that is."""

[ratios]
mean_score = ["score_sum", "scored"]

[rates]
pass_rate = ["passed", "judged"]
*/
WITH asked AS (
    SELECT
        CASE WHEN list_contains($by, 'team') THEN task_checks.team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN task_checks.workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN task_checks.environment END AS environment,
        CASE WHEN list_contains($by, 'evaluation') THEN task_checks.name END AS evaluation,
        CASE WHEN list_contains($by, 'model') THEN tasks.model END AS model,
        CASE
            WHEN list_contains($by, 'prompt_name')
                THEN coalesce(task_checks.prompt_name, CASE WHEN task_checks.prompt_version IS NULL THEN tasks.prompt_name END)
        END AS prompt_name,
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
        task_checks.result, task_checks.score
    FROM task_checks
    LEFT JOIN tasks
        ON tasks.sender = task_checks.sender
        AND tasks.owner = task_checks.owner
        AND tasks.task_id = task_checks.task_id
        AND ($teams IS NULL OR list_contains($teams, tasks.team))
    WHERE task_checks.kind = 'evaluation'
      AND ($since IS NULL OR task_checks.checked_at >= $since)
      AND ($until IS NULL OR task_checks.checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, task_checks.team))
)
SELECT
    team, workflow, environment, evaluation, model, prompt_name, prompt_version, day, week, month,
    count(*) AS evaluations,
    count(CASE WHEN result <> 'unknown' THEN 1 END) AS judged,
    count(CASE WHEN result = 'passed' THEN 1 END) AS passed,
    count(score) AS scored,
    sum(score) AS score_sum
FROM asked
GROUP BY team, workflow, environment, evaluation, model, prompt_name, prompt_version, day, week, month
ORDER BY month, week, day, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, evaluation NULLS LAST, model NULLS LAST,
    prompt_name NULLS LAST, prompt_version NULLS LAST
