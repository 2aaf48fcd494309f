-- What each trace adds to each task: its calls, tools and outcomes. A task has one sender and one owner.
-- Before: `known_parts`, the parts these traces had until now.

DELETE FROM task_parts
WHERE task_no IN (SELECT task_no FROM known_parts)
  AND (sender, trace_id) IN (SELECT (sender, trace_id) FROM known_parts);

DELETE FROM outcome_parts
WHERE task_no IN (SELECT task_no FROM known_parts)
  AND (sender, trace_id) IN (SELECT (sender, trace_id) FROM known_parts);

CREATE OR REPLACE TEMP TABLE placed AS
WITH explicit AS (
    SELECT sender, owner, trace_id, arg_min(task_id, started_at) AS task_id
    FROM touched_spans
    WHERE task_id IS NOT NULL
    GROUP BY sender, owner, trace_id
),
through_calls AS (
    -- A trace whose calls all belong to one task is part of it, even when only another trace names the task.
    SELECT
        claims.sender, claims.owner, claims.trace_id,
        min(fresh_calls.task_id) AS task_id,
        min(fresh_calls.owner) AS of_owner
    FROM members
    JOIN claims ON claims.span_no = members.span_no
    JOIN fresh_calls ON fresh_calls.span_no = members.call_no
    GROUP BY claims.sender, claims.owner, claims.trace_id
    HAVING min(fresh_calls.task_id) = max(fresh_calls.task_id) AND min(fresh_calls.owner) = max(fresh_calls.owner)
)
SELECT
    touched_spans.span_no, touched_spans.sender, touched_spans.trace_id,
    coalesce(nullif(touched_spans.owner, ''), through_calls.of_owner, '') AS owner,
    coalesce(touched_spans.task_id, explicit.task_id, through_calls.task_id, touched_spans.trace_id) AS task_id,
    coalesce(nullif(through_calls.of_owner, ''), touched_spans.team) AS team,
    touched_spans.workflow, touched_spans.environment, touched_spans.started_at, touched_spans.ended_at,
    touched_spans.role, touched_spans.status
FROM touched_spans
LEFT JOIN explicit
  ON explicit.sender = touched_spans.sender AND explicit.owner = touched_spans.owner
 AND explicit.trace_id = touched_spans.trace_id
LEFT JOIN through_calls
  ON through_calls.sender = touched_spans.sender AND through_calls.owner = touched_spans.owner
 AND through_calls.trace_id = touched_spans.trace_id;

CREATE OR REPLACE TEMP TABLE fresh_parts AS
WITH seen AS (
    SELECT
        sender, owner, trace_id, task_id,
        arg_min(team, started_at) AS team,
        arg_min(workflow, started_at) AS workflow,
        arg_min(environment, started_at) AS environment,
        min(started_at) AS first_at,
        max(ended_at) AS last_at,
        count(*) AS spans,
        count(*) FILTER (WHERE role = 'tool') AS tool_calls,
        count(*) FILTER (WHERE role = 'tool' AND status = 'error') AS failed_tool_calls
    FROM placed
    GROUP BY sender, owner, trace_id, task_id
),
attempts AS (
    -- All calls of the touched traces: their claims are what the fresh calls were made of.
    SELECT fresh_calls.*, costs.cost_usd, costs.unpriced_because
    FROM fresh_calls
    JOIN costs USING (span_no)
),
retried AS (
    SELECT sender, owner, trace_id, task_id, count(*) FILTER (WHERE is_retry) AS retries
    FROM (
        SELECT
            sender, owner, trace_id, task_id,
            -- Numbers of spans say when they were loaded, so the ids break ties.
            lag(failed) OVER (
                PARTITION BY sender, owner, trace_id, task_id, purpose ORDER BY started_at, span_id
            ) AS is_retry
        FROM fresh_calls
        WHERE (sender, trace_id) IN (SELECT (sender, trace_id) FROM fresh_calls WHERE failed)
    )
    GROUP BY sender, owner, trace_id, task_id
),
billed AS (
    SELECT
        sender, owner, trace_id, task_id,
        arg_min(team, started_at) AS team,
        arg_min(workflow, started_at) AS workflow,
        min(started_at) AS first_at,
        max(ended_at) AS last_at,
        count(*) FILTER (WHERE billed) AS calls,
        count(*) FILTER (WHERE failed) AS failed_calls,
        count(*) FILTER (WHERE billed AND unpriced_because IS NOT NULL) AS unpriced_calls,
        count(*) FILTER (WHERE billed AND incomplete_because IS NOT NULL) AS incomplete_calls,
        sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
            + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)) AS input_tokens,
        sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS output_tokens,
        sum(coalesce(cache_read, 0)) AS cache_read_tokens,
        sum(coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0))
            AS cache_write_tokens,
        sum(coalesce(reasoning, 0)) AS reasoning_tokens,
        sum(coalesce(cost_usd, 0)) AS cost_usd,
        sum(CASE WHEN purpose = 'judge' THEN coalesce(cost_usd, 0) ELSE 0 END) AS judge_cost_usd,
        sum(CASE WHEN purpose = 'guardrail' THEN coalesce(cost_usd, 0) ELSE 0 END) AS guardrail_cost_usd,
        sum(CASE WHEN purpose = 'embedding' THEN coalesce(cost_usd, 0) ELSE 0 END) AS embedding_cost_usd,
        sum(CASE WHEN failed THEN coalesce(cost_usd, 0) ELSE 0 END) AS failed_cost_usd,
        list_sort(list_distinct(list(model) FILTER (WHERE purpose IN ('product', 'embedding') AND billed))) AS models,
        list_sort(list_distinct(list(prompt_name) FILTER (WHERE purpose = 'product'))) AS prompt_names,
        list_sort(list_distinct(list(prompt_version) FILTER (WHERE purpose = 'product'))) AS prompt_versions
    FROM attempts
    GROUP BY sender, owner, trace_id, task_id
)
SELECT
    sender, owner, trace_id, task_id,
    coalesce(seen.team, billed.team) AS team,
    coalesce(seen.workflow, billed.workflow) AS workflow,
    seen.environment,
    coalesce(seen.first_at, billed.first_at) AS first_at,
    coalesce(seen.last_at, billed.last_at) AS last_at,
    coalesce(seen.spans, 0) AS spans,
    coalesce(billed.calls, 0) AS calls,
    coalesce(billed.failed_calls, 0) AS failed_calls,
    coalesce(retried.retries, 0) AS retries,
    coalesce(billed.unpriced_calls, 0) AS unpriced_calls,
    coalesce(billed.incomplete_calls, 0) AS incomplete_calls,
    coalesce(seen.tool_calls, 0) AS tool_calls,
    coalesce(seen.failed_tool_calls, 0) AS failed_tool_calls,
    coalesce(billed.input_tokens, 0) AS input_tokens,
    coalesce(billed.output_tokens, 0) AS output_tokens,
    coalesce(billed.cache_read_tokens, 0) AS cache_read_tokens,
    coalesce(billed.cache_write_tokens, 0) AS cache_write_tokens,
    coalesce(billed.reasoning_tokens, 0) AS reasoning_tokens,
    coalesce(billed.cost_usd, 0) AS cost_usd,
    coalesce(billed.judge_cost_usd, 0) AS judge_cost_usd,
    coalesce(billed.guardrail_cost_usd, 0) AS guardrail_cost_usd,
    coalesce(billed.embedding_cost_usd, 0) AS embedding_cost_usd,
    coalesce(billed.failed_cost_usd, 0) AS failed_cost_usd,
    billed.models, billed.prompt_names, billed.prompt_versions
FROM seen
FULL JOIN billed USING (sender, owner, trace_id, task_id)
LEFT JOIN retried USING (sender, owner, trace_id, task_id);

-- Every task that gains or loses a part. One that is known keeps its number.
CREATE OR REPLACE TEMP TABLE touched_tasks AS
WITH touched AS (
    SELECT sender, owner, task_id FROM known_parts
    UNION
    SELECT sender, owner, task_id FROM fresh_parts
),
found AS (
    SELECT rowid AS place FROM task_parts WHERE task_key IN (SELECT key_of(task_id) FROM touched)
),
numbered AS (
    SELECT sender, owner, task_id, task_no FROM known_parts
    UNION
    SELECT sender, owner, task_id, task_no FROM task_parts WHERE rowid IN (SELECT place FROM found)
)
SELECT
    touched.sender, touched.owner, touched.task_id,
    coalesce(numbered.task_no, refresh_mark.last_task_no + row_number() OVER ()) AS task_no
FROM touched
LEFT JOIN numbered USING (sender, owner, task_id)
CROSS JOIN refresh_mark;

INSERT INTO task_parts BY NAME
SELECT fresh_parts.*, task_no, key_of(task_id) AS task_key, key_of(trace_id) AS trace_key
FROM fresh_parts
JOIN touched_tasks USING (sender, owner, task_id);

INSERT INTO outcome_parts BY NAME
SELECT
    placed.sender, placed.owner, placed.trace_id, placed.task_id,
    outcomes.kind, outcomes.status, outcomes.decided_at, outcomes.source,
    outcomes.value_usd, outcomes.csat, outcomes.human_minutes,
    told.received_at AS told_at,
    numbered.task_no
FROM outcomes
JOIN placed ON placed.span_no = outcomes.span_no
JOIN touched_spans AS told ON told.span_no = outcomes.span_no
JOIN touched_tasks AS numbered
  ON numbered.sender = placed.sender AND numbered.owner = placed.owner AND numbered.task_id = placed.task_id
UNION ALL
-- An evaluation whose verdict is an outcome, as outlay.toml says.
SELECT
    placed.sender, placed.owner, placed.trace_id, placed.task_id,
    outcome_rules.kind,
    CASE checks.result WHEN 'passed' THEN 'resolved' ELSE 'failed' END AS status,
    checks.checked_at AS decided_at,
    'eval' AS source,
    NULL AS value_usd, NULL AS csat, NULL AS human_minutes,
    told.received_at AS told_at,
    numbered.task_no
FROM checks
JOIN outcome_rules ON outcome_rules.evaluation = checks.name
JOIN placed ON placed.span_no = checks.span_no
JOIN touched_spans AS told ON told.span_no = checks.span_no
JOIN touched_tasks AS numbered
  ON numbered.sender = placed.sender AND numbered.owner = placed.owner AND numbered.task_id = placed.task_id
WHERE checks.kind = 'evaluation' AND checks.result IN ('passed', 'failed');
