/*
place    = 8
title    = "Large models on small tasks"
rule     = """
What one trace does for a task takes at most two calls, no tool, under 2,000 input and 300 output tokens, and is done by a
model whose input costs four times or more what the cheapest of the same provider costs that the team used on that day
(in UTC). The waste is the difference at the cheaper model's prices. Whether that model does the task as well is for an
evaluation to say."""
mends    = "Try the cheaper model on these tasks, with an evaluation beside it."
daily    = true
estimate = true
*/
WITH told AS (
    SELECT
        span_no, sender, owner, trace_id, task_id, team, provider, model, CAST(started_at AS DATE) AS day
    FROM calls
    WHERE billed
      AND cost_usd IS NOT NULL
      AND purpose = 'product'
      AND started_at >= $since
      AND started_at < $until
),
paid AS (
    SELECT
        told.sender, told.team, told.day, told.provider, told.model, charges.token_class,
        min(lines.usd_per_token) AS usd_per_token
    FROM told
    INNER JOIN charges ON charges.span_no = told.span_no
    INNER JOIN price_lines AS lines ON lines.line_no = charges.price_line_no
    GROUP BY told.sender, told.team, told.day, told.provider, told.model, charges.token_class
),
-- What gives no text is no model to do a task with.
writers AS (
    SELECT DISTINCT sender, team, day, provider, model FROM paid WHERE token_class = 'output_text'
),
cheapest AS (
    SELECT
        paid.sender, paid.team, paid.day, paid.provider,
        arg_min(paid.model, (paid.usd_per_token, paid.model)) AS model,
        min(paid.usd_per_token) AS usd_per_token
    FROM paid
    INNER JOIN writers
       ON writers.sender = paid.sender AND writers.team IS NOT DISTINCT FROM paid.team AND writers.day = paid.day
      AND writers.provider = paid.provider AND writers.model = paid.model
    WHERE paid.token_class = 'input_uncached'
    GROUP BY paid.sender, paid.team, paid.day, paid.provider
),
small AS (
    SELECT sender, owner, trace_id, task_id
    FROM task_parts
    WHERE calls BETWEEN 1 AND 2
      AND tool_calls = 0
      AND input_tokens < 2000
      AND output_tokens < 300
      AND first_at < $until
      AND last_at >= $since
),
dear AS (
    SELECT
        told.span_no, told.sender, told.team, told.day, told.model, cheapest.provider,
        cheapest.model AS cheaper_model
    FROM told
    INNER JOIN small
       ON small.sender = told.sender AND small.owner = told.owner
      AND small.trace_id = told.trace_id AND small.task_id = told.task_id
    INNER JOIN paid
       ON paid.sender = told.sender AND paid.team IS NOT DISTINCT FROM told.team AND paid.day = told.day
      AND paid.provider = told.provider AND paid.model = told.model AND paid.token_class = 'input_uncached'
    INNER JOIN cheapest
       ON cheapest.sender = told.sender AND cheapest.team IS NOT DISTINCT FROM told.team AND cheapest.day = told.day
      AND cheapest.provider = told.provider
    WHERE paid.usd_per_token >= 4 * cheapest.usd_per_token
)
SELECT
    dear.span_no,
    sum(charges.cost_usd - charges.quantity * cheaper.usd_per_token) AS waste_usd,
    max(dear.model || ' where ' || dear.cheaper_model || ' may do') AS because
FROM dear
INNER JOIN charges ON charges.span_no = dear.span_no
INNER JOIN paid AS cheaper
   ON cheaper.sender = dear.sender AND cheaper.team IS NOT DISTINCT FROM dear.team AND cheaper.day = dear.day
  AND cheaper.provider = dear.provider AND cheaper.model = dear.cheaper_model
  AND cheaper.token_class = charges.token_class
GROUP BY dear.span_no
HAVING sum(charges.cost_usd - charges.quantity * cheaper.usd_per_token) > 0
