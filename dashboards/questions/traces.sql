-- Traces of the period by what they cost, the dearest first; each task of a trace is a row. An id is looked for in all time.
-- A task costs no less than each of its traces: so of millions only the dearest are looked up.
WITH ended AS NOT MATERIALIZED (
    SELECT
        sender, owner, task_id, team, workflow, environment, models, first_at, traces, spans, calls, cost_usd
    FROM tasks
    WHERE coalesce(outcome_status, 'no outcome') = $status
),
enough AS (
    -- So many tasks of a single trace cost as much, and are found: no cheaper trace is among the dearest.
    SELECT CASE WHEN count(*) = $most THEN min(cost_usd) ELSE 0 END AS least_usd
    FROM (
        SELECT cost_usd
        FROM ended
        WHERE traces = 1
          AND ($teams IS NULL OR list_contains($teams, team))
          AND ($environment IS NULL OR environment = $environment)
          AND ($workflow IS NULL OR workflow = $workflow)
          AND ($model IS NULL OR list_contains(models, $model))
          AND $sought IS NULL
          AND first_at >= $since
          AND first_at < $until
          AND (spans > 0 OR calls > 0)
        ORDER BY cost_usd DESC
        LIMIT $most
    ) AS single
),
meant AS NOT MATERIALIZED (
    -- Each id by itself and by its key first, so that nobody reads all of every trace there is.
    SELECT task_parts.* FROM task_parts WHERE $sought IS NULL AND first_at >= $since AND first_at < $until
    UNION ALL
    SELECT task_parts.* FROM task_parts WHERE trace_key = key_of(lower($sought)) AND trace_id = lower($sought)
    UNION ALL
    SELECT task_parts.*
    FROM task_parts
    WHERE task_key = key_of($sought) AND task_id = $sought AND trace_id <> lower($sought)
),
dearest AS (
    SELECT meant.*
    FROM meant
    WHERE ($teams IS NULL OR list_contains($teams, team))
      AND ($environment IS NULL OR environment = $environment)
      AND ($workflow IS NULL OR workflow = $workflow)
      AND ($model IS NULL OR list_contains(models, $model))
      AND ($least_usd IS NULL OR cost_usd >= CAST($least_usd AS DECIMAL(18, 6)))
      AND ($status IS NULL OR $status <> 'with failed calls' OR failed_calls > 0)
      AND cost_usd >= (SELECT least_usd FROM enough)
      AND (
          $status IS NULL
          OR $status = 'with failed calls'
          OR (sender, owner, task_id) IN (
              SELECT sender, owner, task_id FROM ended WHERE cost_usd >= (SELECT least_usd FROM enough)
          )
      )
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
LEFT JOIN tasks
  ON tasks.sender = parts.sender AND tasks.owner = parts.owner AND tasks.task_id = parts.task_id
 AND tasks.cost_usd >= (SELECT min(cost_usd) FROM dearest)
ORDER BY parts.cost_usd DESC, parts.first_at DESC, parts.trace_id, parts.task_id
