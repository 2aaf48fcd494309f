/*
place    = 2
title    = "Answers thrown away"
rule     = """
The same trace asks the same model again, with exactly as many input tokens of every kind (500 or more), before the
earlier answer is there: only one of the two can have been used."""
mends    = "Check time-outs that are shorter than the model takes to answer, and requests that are hedged."
daily    = true
estimate = true
*/
WITH asked AS (
    SELECT
        span_no, cost_usd, failed, ended_at, team, started_at,
        coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
            + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) AS input_tokens,
        lead(started_at) OVER (
            PARTITION BY sender, trace_id, provider, model, input_uncached, cache_read, cache_write_5m, cache_write_1h,
                cache_write_other
            ORDER BY started_at, span_id
        ) AS next_at
    FROM calls
    WHERE billed
      AND purpose = 'product'
      AND signal <> 'metric'
      AND started_at >= $since
      AND started_at < CAST($until AS TIMESTAMP) + INTERVAL 1 HOUR
)
SELECT span_no, cost_usd AS waste_usd, 'asked again with ' || input_tokens || ' input tokens' AS because
FROM asked
WHERE NOT failed
  AND cost_usd > 0
  AND input_tokens >= 500
  AND next_at < ended_at
