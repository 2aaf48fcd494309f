-- Traces of the period by what they cost, the dearest first; each task of a trace is a row. An id is looked for in all time.
WITH dearest AS (
    SELECT task_parts.*
    FROM task_parts
    WHERE ($teams IS NULL OR list_contains($teams, team))
      AND ($environment IS NULL OR environment = $environment)
      AND ($workflow IS NULL OR workflow = $workflow)
      AND ($model IS NULL OR list_contains(models, $model))
      AND ($least_usd IS NULL OR cost_usd >= CAST($least_usd AS DECIMAL(18, 6)))
      AND ($status IS NULL OR $status <> 'with failed calls' OR failed_calls > 0)
      AND (
          $status IS NULL
          OR $status = 'with failed calls'
          OR (sender, owner, task_id) IN (
              SELECT sender, owner, task_id FROM tasks WHERE coalesce(outcome_status, 'no outcome') = $status
          )
      )
      AND CASE
          WHEN $sought IS NULL THEN first_at >= $since AND first_at < $until
          ELSE trace_id = lower($sought) OR task_id = $sought
      END
      AND (spans > 0 OR calls > 0)
    ORDER BY cost_usd DESC, first_at DESC, trace_id, task_id
    LIMIT $most
)
SELECT
    parts.trace_id,
    parts.task_id,
    parts.team,
    parts.workflow,
    parts.first_at,
    date_diff('millisecond', parts.first_at, parts.last_at) AS lasted_ms,
    parts.spans,
    parts.calls,
    parts.failed_calls,
    parts.tool_calls,
    parts.unpriced_calls,
    parts.incomplete_calls,
    parts.input_tokens + parts.output_tokens AS tokens,
    parts.cost_usd,
    array_to_string(parts.models, ', ') AS models,
    tasks.outcome_status AS outcome
FROM dearest AS parts
LEFT JOIN tasks ON tasks.sender = parts.sender AND tasks.owner = parts.owner AND tasks.task_id = parts.task_id
ORDER BY parts.cost_usd DESC, parts.first_at DESC, parts.trace_id, parts.task_id
