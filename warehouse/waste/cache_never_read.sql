/*
place    = 6
title    = "Cache written and never read"
rule     = """
A call writes a cache, and no call of the same workflow and model reads one within the hour after it. The waste is what
the writing cost above plain input."""
mends    = "Do not mark prompts for the cache that are sent once, or send what shares them closer together."
daily    = true
estimate = false
*/
WITH seen AS (
    SELECT
        span_no, started_at, ended_at, team, cache_saved_usd, coalesce(cache_read, 0) AS cache_read,
        coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) AS written,
        min(CASE WHEN cache_read > 0 THEN started_at END) OVER (
            PARTITION BY sender, team, workflow, provider, model
            ORDER BY started_at, span_id
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS read_at
    FROM calls
    WHERE billed
      AND started_at >= $since
      AND started_at < CAST($until AS TIMESTAMP) + INTERVAL 3 HOUR
)
SELECT span_no, -cache_saved_usd AS waste_usd, written || ' tokens written' AS because
FROM seen
WHERE written > 0
  AND cache_read = 0
  AND cache_saved_usd < 0
  AND (read_at IS NULL OR read_at > ended_at + INTERVAL 1 HOUR)
