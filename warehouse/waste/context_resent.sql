/*
place    = 5
title    = "Context sent again without a cache"
rule     = """
A call of a task follows another of the same model within five minutes of its end, sends at least as much input (1,024
tokens or more), and neither reads nor writes a cache. What it sent again is at most the input of the call before; the
waste is that input at its price less the same at the price of a cache read. A model without such a price is left out."""
mends    = "Turn prompt caching on and keep the beginning of the context unchanged; or trim the history."
daily    = true
estimate = true
*/
WITH turns AS (
    SELECT
        span_no, started_at, team, input_uncached,
        coalesce(cache_read, 0) + coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0)
            + coalesce(cache_write_other, 0) AS cached,
        lag(input_uncached) OVER earlier AS sent_before,
        lag(ended_at) OVER earlier AS ended_before
    FROM calls
    WHERE billed
      AND purpose = 'product'
      AND signal <> 'metric'
      AND started_at >= CAST($since AS TIMESTAMP) - INTERVAL 1 HOUR
      AND started_at < $until
    WINDOW earlier AS (PARTITION BY sender, owner, task_id, provider, model ORDER BY started_at, span_id)
),
resent AS (
    SELECT span_no, started_at, least(sent_before, input_uncached) AS tokens
    FROM turns
    WHERE cached = 0
      AND sent_before >= 1024
      AND input_uncached >= sent_before
      AND started_at >= ended_before
      AND started_at <= ended_before + INTERVAL 5 MINUTE
),
-- Of each price of input the price of a cache read beside it, by itself: prices are few, and calls are many.
reads AS MATERIALIZED (
    SELECT
        sent.line_no, sent.usd_per_token AS sent_usd_per_token,
        read.usd_per_token, read.valid_from, read.valid_to
    FROM price_lines AS sent
    INNER JOIN price_lines AS read
       ON read.provider = sent.provider AND read.model = sent.model AND read.layer = sent.layer
      AND read.service_tier = sent.service_tier AND read.min_input_tokens = sent.min_input_tokens
    WHERE sent.token_class = 'input_uncached'
      AND read.token_class = 'cache_read'
      AND read.usd_per_token < sent.usd_per_token
),
paid AS MATERIALIZED (
    SELECT resent.span_no, resent.started_at, resent.tokens, charges.price_line_no
    FROM resent
    INNER JOIN charges ON charges.span_no = resent.span_no AND charges.token_class = 'input_uncached'
)
SELECT
    paid.span_no,
    paid.tokens * (reads.sent_usd_per_token - min(reads.usd_per_token)) AS waste_usd,
    paid.tokens || ' tokens sent again' AS because
FROM paid
INNER JOIN reads
   ON reads.line_no = paid.price_line_no
  AND reads.valid_from <= paid.started_at AND paid.started_at < reads.valid_to
GROUP BY paid.span_no, paid.tokens, reads.sent_usd_per_token
