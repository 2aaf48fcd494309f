/*
place    = 5
title    = "Context sent again without a cache"
rule     = """
A call of a task follows another of the same model within five minutes of its end, sends at least as much input (1,024
tokens or more), and neither reads nor writes a cache. What it sent again is at most the input of the call before; the
waste is that input at its price less the same at the price of a cache read. A model without such a price is left out."""
mends    = "Turn prompt caching on and keep the beginning of the context unchanged; or trim the history."
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
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    WINDOW earlier AS (PARTITION BY sender, owner, task_id, provider, model ORDER BY started_at, span_no)
),
resent AS (
    SELECT span_no, started_at, least(sent_before, input_uncached) AS tokens
    FROM turns
    WHERE cached = 0
      AND sent_before >= 1024
      AND input_uncached >= sent_before
      AND started_at >= ended_before
      AND started_at <= ended_before + INTERVAL 5 MINUTE
)
SELECT
    resent.span_no,
    resent.tokens * (sent.usd_per_token - min(reads.usd_per_token)) AS waste_usd,
    resent.tokens || ' tokens sent again' AS because
FROM resent
INNER JOIN charges ON charges.span_no = resent.span_no AND charges.token_class = 'input_uncached'
INNER JOIN price_lines AS sent ON sent.line_no = charges.price_line_no
INNER JOIN price_lines AS reads
   ON reads.provider = sent.provider AND reads.model = sent.model AND reads.layer = sent.layer
  AND reads.service_tier = sent.service_tier AND reads.min_input_tokens = sent.min_input_tokens
  AND reads.token_class = 'cache_read'
  AND reads.valid_from <= resent.started_at AND resent.started_at < reads.valid_to
GROUP BY resent.span_no, resent.tokens, sent.usd_per_token
HAVING sent.usd_per_token > min(reads.usd_per_token)
