/*
place    = 9
title    = "Documents retrieved and not used"
rule     = """
A retrieval tells how many tokens of its documents the answer did not cite (outlay.retrieval.uncited_tokens). The waste is
those tokens at the input price of the next call of the trace, at most all of its plain input. Nothing is guessed where
nobody tells."""
mends    = "Retrieve fewer or shorter passages, or rank them before they are sent."
daily    = true
estimate = false
*/
WITH retrievals AS (
    SELECT
        span_no, sender, trace_id, started_at,
        TRY_CAST(attribute_of(attributes, 'outlay.retrieval.uncited_tokens') AS BIGINT) AS uncited_tokens
    FROM spans
    WHERE role IN ('retrieval', 'tool')
      AND attribute_of(attributes, 'outlay.retrieval.uncited_tokens') IS NOT NULL
      AND started_at >= CAST($since AS TIMESTAMP) - INTERVAL 1 DAY
      AND started_at < $until
),
sent AS (
    SELECT
        retrievals.span_no AS retrieval_no, retrievals.uncited_tokens,
        arg_min(calls.span_no, (calls.started_at, calls.span_id)) AS span_no
    FROM retrievals
    INNER JOIN calls
       ON calls.sender = retrievals.sender AND calls.trace_id = retrievals.trace_id
      AND calls.started_at >= retrievals.started_at
    WHERE calls.billed
      AND calls.started_at >= CAST($since AS TIMESTAMP) - INTERVAL 1 DAY
      AND calls.started_at < CAST($until AS TIMESTAMP) + INTERVAL 1 DAY
      AND retrievals.uncited_tokens > 0
    GROUP BY retrievals.span_no, retrievals.uncited_tokens
)
SELECT
    sent.span_no,
    least(sum(sent.uncited_tokens), charges.quantity) * lines.usd_per_token AS waste_usd,
    sum(sent.uncited_tokens) || ' tokens not cited' AS because
FROM sent
INNER JOIN charges ON charges.span_no = sent.span_no AND charges.token_class = 'input_uncached'
INNER JOIN price_lines AS lines ON lines.line_no = charges.price_line_no
GROUP BY sent.span_no, charges.quantity, lines.usd_per_token
