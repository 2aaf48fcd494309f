-- The tasks that changed: the sum of their parts, and their latest outcome of any kind.

DELETE FROM tasks WHERE (sender, owner, task_id) IN (SELECT (sender, owner, task_id) FROM touched_tasks);

INSERT INTO tasks BY NAME
WITH summed AS (
    SELECT
        sender, owner, task_id,
        arg_min(team, first_at) AS team,
        arg_min(workflow, first_at) AS workflow,
        arg_min(environment, first_at) AS environment,
        min(first_at) AS first_at,
        max(last_at) AS last_at,
        count(*) AS traces,  -- a trace has one part in a task
        greatest(date_diff('millisecond', min(first_at), max(last_at)), 0) AS duration_ms,
        sum(spans) AS spans,
        sum(calls) AS calls,
        sum(failed_calls) AS failed_calls,
        sum(retries) AS retries,
        sum(unpriced_calls) AS unpriced_calls,
        sum(incomplete_calls) AS incomplete_calls,
        sum(tool_calls) AS tool_calls,
        sum(failed_tool_calls) AS failed_tool_calls,
        sum(input_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens,
        sum(cache_read_tokens) AS cache_read_tokens,
        sum(cache_write_tokens) AS cache_write_tokens,
        sum(reasoning_tokens) AS reasoning_tokens,
        sum(cost_usd) AS cost_usd,
        sum(judge_cost_usd) AS judge_cost_usd,
        sum(guardrail_cost_usd) AS guardrail_cost_usd,
        sum(embedding_cost_usd) AS embedding_cost_usd,
        sum(failed_cost_usd) AS failed_cost_usd,
        list_sort(list_distinct(flatten(list(models) FILTER (WHERE models IS NOT NULL)))) AS models,
        list_sort(list_distinct(flatten(list(prompt_names) FILTER (WHERE prompt_names IS NOT NULL)))) AS prompt_names,
        list_sort(list_distinct(flatten(list(prompt_versions) FILTER (WHERE prompt_versions IS NOT NULL))))
            AS prompt_versions
    FROM task_parts
    SEMI JOIN touched_tasks USING (sender, owner, task_id)
    GROUP BY sender, owner, task_id
),
latest AS (
    SELECT sender, owner, task_id, kind AS outcome_kind, status AS outcome_status, decided_at
    FROM task_outcomes
    SEMI JOIN touched_tasks USING (sender, owner, task_id)
    QUALIFY row_number() OVER (PARTITION BY sender, owner, task_id ORDER BY decided_at DESC, kind) = 1
)
SELECT
    summed.*,
    CASE WHEN len(models) > 1 THEN 'several' ELSE models[1] END AS model,
    CASE WHEN len(prompt_names) > 1 THEN 'several' ELSE prompt_names[1] END AS prompt_name,
    CASE WHEN len(prompt_versions) > 1 THEN 'several' ELSE prompt_versions[1] END AS prompt_version,
    latest.outcome_kind, latest.outcome_status, latest.decided_at
FROM summed
LEFT JOIN latest
  ON latest.sender = summed.sender AND latest.owner = summed.owner AND latest.task_id = summed.task_id;
