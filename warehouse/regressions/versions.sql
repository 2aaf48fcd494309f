-- What each prompt version, and each model, made of its tasks: the sums and the spread that a comparison stands on.
-- Costs are spread in millionths of a dollar: a variance is no money. Only tasks with one version are looked at.
WITH told AS (
    SELECT 'prompt' AS kind, team, workflow, prompt_name AS name, prompt_version AS version, first_at,
        input_tokens + output_tokens AS tokens, cost_usd, outcome_status
    FROM tasks
    WHERE prompt_version <> 'several'
      AND calls > 0
      AND ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    UNION ALL
    SELECT 'model', team, workflow, NULL, model, first_at, input_tokens + output_tokens, cost_usd, outcome_status
    FROM tasks
    WHERE model <> 'several'
      AND calls > 0
      AND ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
),
spread AS (
    SELECT
        kind, team, workflow, name, version, first_at, tokens, cost_usd,
        CAST(cost_usd * 1000000 AS BIGINT) AS micros,
        outcome_status IS NOT NULL AS decided,
        CASE WHEN outcome_status = 'resolved' THEN 1 ELSE 0 END AS resolved
    FROM told
)
SELECT
    kind, team, workflow, name, version,
    min(first_at) AS first_at,
    max(first_at) AS last_at,
    count(*) AS tasks,
    sum(tokens) AS tokens,
    var_samp(tokens) AS tokens_variance,
    sum(cost_usd) AS cost_usd,
    var_samp(micros) AS cost_variance,
    count(CASE WHEN decided THEN 1 END) AS decided_tasks,
    sum(CASE WHEN decided THEN cost_usd ELSE 0 END) AS decided_cost_usd,
    sum(CASE WHEN decided THEN resolved ELSE 0 END) AS resolved_tasks,
    var_samp(CASE WHEN decided THEN micros END) AS decided_cost_variance,
    var_samp(CASE WHEN decided THEN resolved END) AS resolved_variance,
    covar_samp(CASE WHEN decided THEN micros END, CASE WHEN decided THEN resolved END) AS covariance
FROM spread
GROUP BY kind, team, workflow, name, version
ORDER BY kind, team NULLS LAST, workflow NULLS LAST, name NULLS LAST, first_at, version
