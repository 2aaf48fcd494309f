-- What each trace adds to each task, then the tasks that changed. A task has one sender and one owner.

CREATE OR REPLACE TEMP TABLE touched_tasks AS
SELECT DISTINCT sender, owner, task_id FROM task_parts SEMI JOIN touched_traces USING (sender, trace_id);

DELETE FROM task_parts
WHERE (sender, trace_id) IN (SELECT (sender, trace_id) FROM touched_traces);

INSERT INTO task_parts BY NAME
WITH explicit AS (
    SELECT sender, owner, trace_id, arg_min(task_id, started_at) AS task_id
    FROM touched_spans
    WHERE task_id IS NOT NULL
    GROUP BY sender, owner, trace_id
),
through_calls AS (
    -- A trace whose calls all belong to one task is part of it, even when only another trace names the task.
    SELECT
        members.sender, members.owner, members.trace_id,
        min(fresh_calls.task_id) AS task_id,
        min(fresh_calls.owner) AS of_owner
    FROM members
    JOIN fresh_calls ON fresh_calls.span_no = members.call_no
    GROUP BY members.sender, members.owner, members.trace_id
    HAVING count(DISTINCT fresh_calls.task_id) = 1 AND count(DISTINCT fresh_calls.owner) = 1
),
placed AS (
    SELECT
        touched_spans.* REPLACE (
            coalesce(nullif(touched_spans.owner, ''), through_calls.of_owner, '') AS owner,
            coalesce(nullif(through_calls.of_owner, ''), touched_spans.team) AS team
        ),
        coalesce(touched_spans.task_id, explicit.task_id, through_calls.task_id, touched_spans.trace_id) AS of_task
    FROM touched_spans
    LEFT JOIN explicit
      ON explicit.sender = touched_spans.sender AND explicit.owner = touched_spans.owner
     AND explicit.trace_id = touched_spans.trace_id
    LEFT JOIN through_calls
      ON through_calls.sender = touched_spans.sender AND through_calls.owner = touched_spans.owner
     AND through_calls.trace_id = touched_spans.trace_id
),
seen AS (
    SELECT
        placed.sender, placed.owner, placed.trace_id, placed.of_task AS task_id,
        arg_min(team, started_at) AS team,
        arg_min(workflow, started_at) AS workflow,
        arg_min(environment, started_at) AS environment,
        min(started_at) AS first_at,
        max(ended_at) AS last_at,
        count(*) AS spans,
        count(*) FILTER (WHERE role = 'tool') AS tool_calls,
        arg_max(outcomes.kind, outcomes.decided_at) AS outcome_kind,
        arg_max(outcomes.status, outcomes.decided_at) AS outcome_status,
        max(outcomes.decided_at) AS decided_at
    FROM placed
    LEFT JOIN outcomes USING (span_no)
    GROUP BY placed.sender, placed.owner, placed.trace_id, placed.of_task
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
        sum(coalesce(cost_usd, 0)) AS cost_usd
    FROM calls
    SEMI JOIN touched_traces USING (sender, trace_id)
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
    coalesce(billed.unpriced_calls, 0) AS unpriced_calls,
    coalesce(billed.incomplete_calls, 0) AS incomplete_calls,
    coalesce(seen.tool_calls, 0) AS tool_calls,
    coalesce(billed.input_tokens, 0) AS input_tokens,
    coalesce(billed.output_tokens, 0) AS output_tokens,
    coalesce(billed.cost_usd, 0) AS cost_usd,
    seen.outcome_kind, seen.outcome_status, seen.decided_at
FROM seen
FULL JOIN billed USING (sender, owner, trace_id, task_id);

INSERT INTO touched_tasks
SELECT DISTINCT sender, owner, task_id FROM task_parts SEMI JOIN touched_traces USING (sender, trace_id)
EXCEPT
SELECT sender, owner, task_id FROM touched_tasks;

DELETE FROM tasks
WHERE (sender, owner, task_id) IN (SELECT (sender, owner, task_id) FROM touched_tasks);

INSERT INTO tasks BY NAME
SELECT
    sender, owner, task_id,
    arg_min(team, first_at) AS team,
    arg_min(workflow, first_at) AS workflow,
    arg_min(environment, first_at) AS environment,
    min(first_at) AS first_at,
    max(last_at) AS last_at,
    sum(spans) AS spans,
    sum(calls) AS calls,
    sum(failed_calls) AS failed_calls,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls,
    sum(tool_calls) AS tool_calls,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    sum(cost_usd) AS cost_usd,
    arg_max(outcome_kind, decided_at) AS outcome_kind,
    arg_max(outcome_status, decided_at) AS outcome_status,
    max(decided_at) AS decided_at
FROM task_parts
SEMI JOIN touched_tasks USING (sender, owner, task_id)
GROUP BY sender, owner, task_id;
