-- What each prompt version, and each model, made of its tasks: the sums, and those of squares and products for a spread.
-- They are whole numbers and exact; costs are in millionths of a dollar, for a variance is no money.
-- Only tasks with one version are looked at, and alike tasks are summed before they are, once, of either kind.
WITH spread AS (
    SELECT
        team, workflow, prompt_name, prompt_version, model, first_at, cost_usd,
        input_tokens + output_tokens AS tokens,
        -- A narrow decimal is rounded in a tenth of the time that a wide one takes.
        CASE
            WHEN cost_usd < 100000
                THEN CAST(CAST(CAST(cost_usd AS DECIMAL(18, 12)) AS DECIMAL(18, 6)) * 1000000 AS BIGINT)
            ELSE CAST(cost_usd * 1000000 AS BIGINT)
        END AS micros,
        outcome_status IS NOT NULL AS decided,
        coalesce(outcome_status = 'resolved', FALSE) AS resolved
    FROM tasks
    WHERE calls > 0
      AND ($since IS NULL OR first_at >= $since)
      AND ($until IS NULL OR first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
),
alike AS (
    SELECT
        team, workflow, prompt_name, prompt_version, model, decided, resolved,
        min(first_at) AS first_at,
        max(first_at) AS last_at,
        count(*) AS tasks,
        sum(tokens) AS tokens,
        sum(CAST(tokens AS HUGEINT) * tokens) AS tokens_squared,
        sum(cost_usd) AS cost_usd,
        sum(micros) AS micros,
        sum(CAST(micros AS HUGEINT) * micros) AS micros_squared
    FROM spread
    GROUP BY team, workflow, prompt_name, prompt_version, model, decided, resolved
),
told AS (
    SELECT
        'prompt' AS kind, team, workflow, prompt_name AS name, prompt_version AS version, decided, resolved,
        first_at, last_at, tasks, tokens, tokens_squared, cost_usd, micros, micros_squared
    FROM alike
    UNION ALL
    SELECT
        'model', team, workflow, NULL, model, decided, resolved,
        first_at, last_at, tasks, tokens, tokens_squared, cost_usd, micros, micros_squared
    FROM alike
)
SELECT
    kind, team, workflow, name, version,
    min(first_at) AS first_at,
    max(last_at) AS last_at,
    CAST(sum(tasks) AS BIGINT) AS tasks,
    sum(tokens) AS tokens,
    sum(tokens_squared) AS tokens_squared,
    sum(cost_usd) AS cost_usd,
    sum(micros) AS micros,
    sum(micros_squared) AS micros_squared,
    CAST(sum(CASE WHEN decided THEN tasks ELSE 0 END) AS BIGINT) AS decided_tasks,
    sum(CASE WHEN decided THEN cost_usd ELSE 0 END) AS decided_cost_usd,
    sum(CASE WHEN decided THEN micros ELSE 0 END) AS decided_micros,
    sum(CASE WHEN decided THEN micros_squared ELSE 0 END) AS decided_micros_squared,
    CAST(sum(CASE WHEN resolved THEN tasks ELSE 0 END) AS BIGINT) AS resolved_tasks,
    sum(CASE WHEN resolved THEN micros ELSE 0 END) AS resolved_micros
FROM told
WHERE version <> 'several'
GROUP BY kind, team, workflow, name, version
ORDER BY kind, team NULLS LAST, workflow NULLS LAST, name NULLS LAST, first_at, version
