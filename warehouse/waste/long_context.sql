/*
place    = 7
title    = "Just over a long-context threshold"
rule     = """
The whole request is priced at the higher rate of long inputs, and its input passes that threshold by ten percent at most.
The waste is what it cost above the rate below the threshold."""
mends    = "Trim the input of these requests under the threshold."
daily    = true
estimate = false
*/
WITH over AS (
    SELECT
        calls.span_no, calls.started_at, charges.token_class, charges.quantity, charges.cost_usd,
        lines.layer, lines.provider, lines.model, lines.service_tier, lines.min_input_tokens,
        coalesce(calls.input_uncached, 0) + coalesce(calls.cache_read, 0) + coalesce(calls.cache_write_5m, 0)
            + coalesce(calls.cache_write_1h, 0) + coalesce(calls.cache_write_other, 0)
            + coalesce(calls.audio_in, 0) AS input_tokens
    FROM calls
    INNER JOIN charges ON charges.span_no = calls.span_no
    INNER JOIN price_lines AS lines ON lines.line_no = charges.price_line_no
    WHERE lines.min_input_tokens > 0
      AND calls.cost_usd IS NOT NULL
      AND calls.started_at >= $since
      AND calls.started_at < $until
),
below AS (
    SELECT
        over.span_no, over.token_class, over.quantity, over.cost_usd, over.input_tokens, over.min_input_tokens,
        arg_max(lines.usd_per_token, lines.min_input_tokens) AS usd_per_token
    FROM over
    INNER JOIN price_lines AS lines
       ON lines.layer = over.layer AND lines.provider = over.provider AND lines.model = over.model
      AND lines.service_tier = over.service_tier AND lines.token_class = over.token_class
      AND lines.min_input_tokens < over.min_input_tokens
      AND lines.valid_from <= over.started_at AND over.started_at < lines.valid_to
    WHERE over.input_tokens * 10 <= over.min_input_tokens * 11
    GROUP BY over.span_no, over.token_class, over.quantity, over.cost_usd, over.input_tokens, over.min_input_tokens
)
SELECT
    span_no,
    sum(cost_usd - quantity * usd_per_token) AS waste_usd,
    max(input_tokens || ' input tokens, ' || (input_tokens - min_input_tokens) || ' over ' || min_input_tokens)
        AS because
FROM below
GROUP BY span_no
HAVING sum(cost_usd - quantity * usd_per_token) > 0
