-- What evaluations and guardrails found with each prompt version and each model: hits and how many were looked at.
-- Kinds of findings are numbered: millions of them wait for their tasks, and a number is a tenth of seven texts. Alike
-- findings are counted first, so that they are looked at once and not one by one.
WITH kinds AS (
    SELECT
        CAST(row_number() OVER () AS INTEGER) AS kind_no, kind, name, result, team, workflow, prompt_name,
        prompt_version
    FROM (
        SELECT DISTINCT kind, name, result, team, workflow, prompt_name, prompt_version
        FROM task_checks
        WHERE ($since IS NULL OR checked_at >= $since)
          AND ($until IS NULL OR checked_at < $until)
          AND ($teams IS NULL OR list_contains($teams, team))
    ) AS told
),
numbered AS MATERIALIZED (
    -- Before they meet the tasks, or the planner numbers them after.
    SELECT task_checks.task_no, kinds.kind_no
    FROM task_checks
    INNER JOIN kinds
        ON kinds.kind = task_checks.kind
        AND kinds.name = task_checks.name
        AND kinds.result = task_checks.result
        AND kinds.team IS NOT DISTINCT FROM task_checks.team
        AND kinds.workflow IS NOT DISTINCT FROM task_checks.workflow
        AND kinds.prompt_name IS NOT DISTINCT FROM task_checks.prompt_name
        AND kinds.prompt_version IS NOT DISTINCT FROM task_checks.prompt_version
    WHERE ($since IS NULL OR task_checks.checked_at >= $since)
      AND ($until IS NULL OR task_checks.checked_at < $until)
),
counted AS (
    SELECT numbered.kind_no, tasks.model, tasks.prompt_name, tasks.prompt_version, count(*) AS findings
    FROM numbered
    INNER JOIN tasks ON tasks.task_no = numbered.task_no
    GROUP BY ALL
),
found AS (
    SELECT
        kinds.kind AS check_kind, kinds.name AS check_name, kinds.result, kinds.team, kinds.workflow,
        coalesce(kinds.prompt_name, counted.prompt_name) AS prompt_name,
        coalesce(kinds.prompt_version, counted.prompt_version) AS prompt_version, counted.model, counted.findings
    FROM counted
    INNER JOIN kinds ON kinds.kind_no = counted.kind_no
),
told AS (
    SELECT
        'prompt' AS kind, team, workflow, prompt_name AS name, prompt_version AS version, check_kind, check_name, result,
        findings
    FROM found
    UNION ALL
    SELECT 'model', team, workflow, NULL, model, check_kind, check_name, result, findings
    FROM found
)
SELECT
    kind, team, workflow, name, version, check_kind, check_name,
    CAST(sum(CASE WHEN check_kind = 'evaluation' AND result = 'passed' THEN findings
                  WHEN check_kind = 'guardrail' AND result IN ('blocked', 'rewritten', 'flagged') THEN findings
                  ELSE 0 END) AS BIGINT) AS hits,
    CAST(sum(CASE WHEN check_kind = 'evaluation' AND result <> 'unknown' THEN findings
                  WHEN check_kind = 'guardrail' AND result IN ('passed', 'blocked', 'rewritten', 'flagged') THEN findings
                  ELSE 0 END) AS BIGINT) AS looked
FROM told
WHERE version <> 'several'
GROUP BY kind, team, workflow, name, version, check_kind, check_name
ORDER BY ALL
