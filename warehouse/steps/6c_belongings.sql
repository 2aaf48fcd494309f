-- What belongs to the touched tasks, with their numbers: calls, what checks found, what tools did.
-- Before: `touched_tasks` with their numbers, the `placed` spans, the `fresh_parts` of tasks, and fresh calls with their
-- `costs`.

INSERT INTO calls BY NAME
SELECT
    fresh_calls.* EXCLUDE (has_usage), costs.cost_usd, costs.cache_saved_usd, costs.unpriced_because, numbered.task_no
FROM fresh_calls
JOIN costs USING (span_no)
LEFT JOIN touched_tasks AS numbered
  ON numbered.sender = fresh_calls.sender AND numbered.owner = fresh_calls.owner
 AND numbered.task_id = fresh_calls.task_id;

DELETE FROM task_checks
WHERE task_no IN (SELECT task_no FROM known_parts)
  AND (sender, trace_id) IN (SELECT (sender, trace_id) FROM known_parts);

DELETE FROM tool_uses
WHERE task_no IN (SELECT task_no FROM known_parts)
  AND (sender, trace_id) IN (SELECT (sender, trace_id) FROM known_parts);

-- One emitter may tell a finding by an event of a span and by a log record written in that span: it is one.
INSERT INTO task_checks BY NAME
WITH found AS (
    SELECT
        checks.*, placed.sender, placed.owner, placed.trace_id, placed.task_id, placed.team, placed.workflow,
        placed.environment, told.prompt_name, told.prompt_version, told.span_id, told.parent_span_id,
        coalesce(told.signal, 'span') = 'log' AS by_record
    FROM checks
    JOIN placed ON placed.span_no = checks.span_no
    JOIN touched_spans AS told ON told.span_no = checks.span_no
),
once AS (
    SELECT found.*
    FROM found
    WHERE NOT by_record
    UNION ALL
    SELECT record.*
    FROM found AS record
    LEFT JOIN (SELECT DISTINCT sender, owner, trace_id, span_id, kind, name, result, score, label FROM found
               WHERE NOT by_record) AS event
      ON event.sender = record.sender AND event.owner = record.owner AND event.trace_id = record.trace_id
     AND event.span_id = record.parent_span_id AND event.kind = record.kind AND event.name = record.name
     AND event.result = record.result AND event.score IS NOT DISTINCT FROM record.score
     AND event.label IS NOT DISTINCT FROM record.label
    WHERE record.by_record AND event.span_id IS NULL
)
SELECT
    once.sender, once.owner, once.trace_id, once.task_id,
    coalesce(once.team, fresh_parts.team) AS team,
    coalesce(once.workflow, fresh_parts.workflow) AS workflow,
    coalesce(once.environment, fresh_parts.environment) AS environment,
    once.checked_at, once.kind, once.name, once.source, once.result, once.score, once.label,
    once.prompt_name, once.prompt_version, numbered.task_no
FROM once
JOIN fresh_parts
  ON fresh_parts.sender = once.sender AND fresh_parts.owner = once.owner
 AND fresh_parts.trace_id = once.trace_id AND fresh_parts.task_id = once.task_id
JOIN touched_tasks AS numbered
  ON numbered.sender = once.sender AND numbered.owner = once.owner AND numbered.task_id = once.task_id;

INSERT INTO tool_uses BY NAME
SELECT
    placed.sender, placed.owner, placed.trace_id, placed.task_id,
    arg_min(coalesce(placed.team, fresh_parts.team), placed.started_at) AS team,
    arg_min(coalesce(placed.workflow, fresh_parts.workflow), placed.started_at) AS workflow,
    arg_min(coalesce(placed.environment, fresh_parts.environment), placed.started_at) AS environment,
    told.tool_name AS tool,
    min(placed.started_at) AS used_at,
    count(*) AS calls,
    count(*) FILTER (WHERE placed.status = 'error') AS failed_calls,
    sum(greatest(date_diff('millisecond', placed.started_at, placed.ended_at), 0)) AS lasted_ms,
    numbered.task_no
FROM placed
JOIN touched_spans AS told ON told.span_no = placed.span_no
JOIN fresh_parts
  ON fresh_parts.sender = placed.sender AND fresh_parts.owner = placed.owner
 AND fresh_parts.trace_id = placed.trace_id AND fresh_parts.task_id = placed.task_id
JOIN touched_tasks AS numbered
  ON numbered.sender = placed.sender AND numbered.owner = placed.owner AND numbered.task_id = placed.task_id
WHERE placed.role = 'tool'
GROUP BY placed.sender, placed.owner, placed.trace_id, placed.task_id, told.tool_name, numbered.task_no;
