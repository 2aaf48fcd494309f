/*
place    = 3
title    = "Loops"
rule     = """
A trace uses the same tool with the same arguments three times or more: each model call right before a second or later
use asked for what was already there. Arguments are compared by their hash; a tool that tells none is in no loop."""
mends    = "Give the agent a cap on steps, and have it see that it has the answer already."
daily    = true
estimate = false
*/
WITH uses AS (
    SELECT
        span_no, span_id, sender, trace_id, started_at, tool_name,
        coalesce(attribute_of(attributes, 'gen_ai.tool.call.arguments'), attribute_of(attributes, 'input.value'),
            attribute_of(attributes, 'traceloop.entity.input'), attribute_of(attributes, 'ai.toolCall.args'), attribute_of(attributes, 'tool.parameters'),
            attribute_of(attributes, 'tool_arguments'), attribute_of(attributes, 'outlay.arguments_hash')) AS arguments
    FROM spans
    WHERE role = 'tool'
      AND tool_name IS NOT NULL
      AND started_at >= CAST($since AS TIMESTAMP) - INTERVAL 1 DAY
      AND started_at < CAST($until AS TIMESTAMP) + INTERVAL 1 DAY
),
counted AS (
    SELECT
        span_no, sender, trace_id, started_at, tool_name,
        row_number() OVER (
            PARTITION BY sender, trace_id, tool_name, arguments ORDER BY started_at, span_id
        ) AS nth,
        count(*) OVER (PARTITION BY sender, trace_id, tool_name, arguments) AS times
    FROM uses
    WHERE arguments IS NOT NULL
),
repeats AS (
    SELECT sender, trace_id, started_at, tool_name, times FROM counted WHERE times >= 3 AND nth >= 2
),
instants AS (
    -- Of an instant its last call, for ASOF takes any of equals.
    SELECT
        calls.sender, calls.trace_id, calls.started_at,
        arg_max(calls.span_no, calls.span_id) AS span_no
    FROM calls
    SEMI JOIN repeats ON repeats.sender = calls.sender AND repeats.trace_id = calls.trace_id
    WHERE calls.started_at >= CAST($since AS TIMESTAMP) - INTERVAL 1 DAY
      AND calls.started_at < $until
      AND calls.billed
    GROUP BY calls.sender, calls.trace_id, calls.started_at
),
asked AS (
    SELECT repeats.tool_name, repeats.times, instants.span_no
    FROM repeats
    ASOF JOIN instants
      ON instants.sender = repeats.sender AND instants.trace_id = repeats.trace_id
     AND instants.started_at <= repeats.started_at
)
SELECT
    calls.span_no,
    calls.cost_usd AS waste_usd,
    max(asked.tool_name || ' with the same arguments ' || asked.times || ' times') AS because
FROM asked
INNER JOIN calls ON calls.span_no = asked.span_no
WHERE calls.cost_usd > 0
GROUP BY calls.span_no, calls.cost_usd
