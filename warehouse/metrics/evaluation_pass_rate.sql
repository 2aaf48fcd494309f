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
        task_checks.team, task_checks.workflow, task_checks.environment,
        task_checks.name AS evaluation,
        tasks.model,
        coalesce(task_checks.prompt_name, CASE WHEN task_checks.prompt_version IS NULL THEN tasks.prompt_name END) AS prompt_name,
        coalesce(task_checks.prompt_version, tasks.prompt_version) AS prompt_version,
        day_of(task_checks.checked_at, $zone) AS day, week_of(task_checks.checked_at, $zone) AS week,
        month_of(task_checks.checked_at, $zone) AS month,
        task_checks.result,
        -- Doubles would sum to something else in another order; what is no such decimal (1e16 and more) is no score.
        TRY_CAST(task_checks.score AS DECIMAL(28, 12)) AS score
    FROM task_checks
    LEFT JOIN tasks
        ON tasks.task_no = task_checks.task_no
        AND ($teams IS NULL OR list_contains($teams, tasks.team))
    WHERE task_checks.kind = 'evaluation'
      AND ($since IS NULL OR task_checks.checked_at >= $since)
      AND ($until IS NULL OR task_checks.checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, task_checks.team))
)
SELECT
    {by},
    count(*) AS evaluations,
    count(CASE WHEN result <> 'unknown' THEN 1 END) AS judged,
    count(CASE WHEN result = 'passed' THEN 1 END) AS passed,
    count(score) AS scored,
    sum(score) AS score_sum
FROM asked
GROUP BY {by}
ORDER BY {by}
