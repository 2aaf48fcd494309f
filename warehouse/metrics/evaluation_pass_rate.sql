/*
title    = "Evaluation pass rate"
unit     = "share of evaluations with a verdict"
grain    = ["team", "workflow", "evaluation", "prompt_name", "prompt_version"]
params   = ["since", "until", "teams"]
coverage = ["judged", "evaluations"]
why      = """
Whether answers are good, by the prompt version that gave them, with the 95 % Wilson interval: a cheaper prompt that
passes less is not cheaper. The version is the one told on the evaluated span, or else the only one its task used.
Evaluations without a verdict (a bare score) are not judged: coverage is the share that is."""

[ratios]
mean_score = ["score_sum", "scored"]

[rates]
pass_rate = ["passed", "judged"]
*/
WITH prompts AS (
    SELECT sender, owner, task_id, min(prompt_name) AS prompt_name, min(prompt_version) AS prompt_version
    FROM calls
    WHERE prompt_version IS NOT NULL
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY sender, owner, task_id
    HAVING count(DISTINCT prompt_version) = 1 AND count(DISTINCT prompt_name) <= 1
),
verdicts AS (
    SELECT
        spans.team,
        spans.workflow,
        checks.name AS evaluation,
        coalesce(spans.prompt_name, CASE WHEN spans.prompt_version IS NULL THEN prompts.prompt_name END) AS prompt_name,
        coalesce(spans.prompt_version, prompts.prompt_version) AS prompt_version,
        checks.result,
        checks.score
    FROM checks
    INNER JOIN spans ON spans.span_no = checks.span_no
    LEFT JOIN prompts
        ON prompts.sender = spans.sender
        AND prompts.owner = CASE WHEN spans.team_believed THEN spans.team ELSE '' END
        AND prompts.task_id = coalesce(spans.task_id, spans.trace_id)
    WHERE checks.kind = 'evaluation'
      AND ($since IS NULL OR checks.checked_at >= $since)
      AND ($until IS NULL OR checks.checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, spans.team))
)
SELECT
    team,
    workflow,
    evaluation,
    prompt_name,
    prompt_version,
    count(*) AS evaluations,
    count(CASE WHEN result <> 'unknown' THEN 1 END) AS judged,
    count(CASE WHEN result = 'passed' THEN 1 END) AS passed,
    count(score) AS scored,
    sum(score) AS score_sum
FROM verdicts
GROUP BY team, workflow, evaluation, prompt_name, prompt_version
ORDER BY team NULLS LAST, workflow NULLS LAST, evaluation, prompt_name NULLS LAST, prompt_version NULLS LAST
