-- Traces of the period by what they cost, the dearest first; each task of a trace is a row. An id is looked for in all time.
WITH outcomes_now AS (
    SELECT sender, owner, task_id, arg_max(status, decided_at) AS outcome
    FROM task_outcomes
    GROUP BY sender, owner, task_id
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
    outcomes_now.outcome
FROM task_parts AS parts
LEFT JOIN outcomes_now
  ON outcomes_now.sender = parts.sender AND outcomes_now.owner = parts.owner AND outcomes_now.task_id = parts.task_id
WHERE ($teams IS NULL OR list_contains($teams, parts.team))
  AND ($environment IS NULL OR parts.environment = $environment)
  AND ($workflow IS NULL OR parts.workflow = $workflow)
  AND ($model IS NULL OR list_contains(parts.models, $model))
  AND ($least_usd IS NULL OR parts.cost_usd >= CAST($least_usd AS DECIMAL(18, 6)))
  AND (
      $status IS NULL
      OR ($status = 'with failed calls' AND parts.failed_calls > 0)
      OR ($status = 'no outcome' AND outcomes_now.outcome IS NULL)
      OR outcomes_now.outcome = $status
  )
  AND CASE
      WHEN $sought IS NULL THEN parts.first_at >= $since AND parts.first_at < $until
      ELSE parts.trace_id = lower($sought) OR parts.task_id = $sought
  END
  AND (parts.spans > 0 OR parts.calls > 0)
ORDER BY parts.cost_usd DESC, parts.first_at DESC, parts.trace_id, parts.task_id
LIMIT $most
