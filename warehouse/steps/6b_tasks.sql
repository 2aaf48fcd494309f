-- The tasks that changed: the sum of their parts, and their latest outcome of any kind.

DELETE FROM tasks WHERE task_no IN (SELECT task_no FROM touched_tasks);

INSERT INTO tasks BY NAME
WITH summed AS MATERIALIZED (
    SELECT
        task_no, sender, owner, task_id,
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
    WHERE task_no IN (SELECT task_no FROM touched_tasks)
    GROUP BY task_no, sender, owner, task_id
),
in_order AS (
    SELECT
        task_outcomes.*,
        row_number() OVER (PARTITION BY task_no ORDER BY decided_at DESC, kind) = 1 AS is_latest
    FROM task_outcomes
    WHERE task_no IN (SELECT task_no FROM touched_tasks)
),
told AS MATERIALIZED (
    SELECT
        task_no,
        max(kind) FILTER (WHERE is_latest) AS outcome_kind,
        max(status) FILTER (WHERE is_latest) AS outcome_status,
        max(decided_at) FILTER (WHERE is_latest) AS decided_at,
        max(source) FILTER (WHERE is_latest) AS outcome_source,
        max(csat) FILTER (WHERE is_latest) AS csat,
        max(human_minutes) FILTER (WHERE is_latest) AS human_minutes,
        max(told_at) FILTER (WHERE is_latest) AS told_at,
        list({
            'kind': kind, 'status': status, 'decided_at': decided_at, 'source': source, 'csat': csat,
            'human_minutes': human_minutes, 'told_at': told_at
        } ORDER BY kind) FILTER (WHERE NOT is_latest) AS other_outcomes
    FROM in_order
    GROUP BY task_no
),
late AS MATERIALIZED (
    -- First, so that nobody looks through all that was ever closed where, as nearly always, the touched months are open.
    SELECT summed.task_no, summed.sender, summed.owner, summed.task_id, closes.month, told.outcome_kind
    FROM summed
    JOIN closes ON summed.first_at >= closes.since_at AND summed.first_at < closes.until_at
    LEFT JOIN told USING (task_no)
),
closed AS (
    SELECT late.task_no, max(closed_outcomes.status) AS closed_status
    FROM closed_outcomes
    JOIN late
      ON late.month = closed_outcomes.month AND late.sender = closed_outcomes.sender
     AND late.owner = closed_outcomes.owner AND late.task_id = closed_outcomes.task_id
    WHERE closed_outcomes.kind = coalesce(late.outcome_kind, closed_outcomes.kind)
    GROUP BY late.task_no
)
SELECT
    summed.*,
    CASE WHEN len(models) > 1 THEN 'several' ELSE models[1] END AS model,
    CASE WHEN len(prompt_names) > 1 THEN 'several' ELSE prompt_names[1] END AS prompt_name,
    CASE WHEN len(prompt_versions) > 1 THEN 'several' ELSE prompt_versions[1] END AS prompt_version,
    told.* EXCLUDE (task_no),
    closed.closed_status
FROM summed
LEFT JOIN told USING (task_no)
LEFT JOIN closed USING (task_no);
