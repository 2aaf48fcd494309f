-- What evaluations and guardrails found with each prompt version and each model: hits and how many were looked at.
-- Alike findings are counted first, so that they are looked at once and not one by one.
WITH found AS (
    SELECT
        task_checks.kind AS check_kind, task_checks.name AS check_name, task_checks.result, task_checks.team,
        task_checks.workflow, coalesce(task_checks.prompt_name, tasks.prompt_name) AS prompt_name,
        coalesce(task_checks.prompt_version, tasks.prompt_version) AS prompt_version, tasks.model,
        count(*) AS findings
    FROM task_checks
    INNER JOIN tasks ON tasks.task_no = task_checks.task_no
    WHERE ($since IS NULL OR task_checks.checked_at >= $since)
      AND ($until IS NULL OR task_checks.checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, task_checks.team))
    GROUP BY ALL
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
