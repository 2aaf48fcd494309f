/*
title  = "Cache savings"
unit   = "USD"
grain  = ["team", "workflow", "provider", "model"]
by     = ["team", "workflow", "environment", "provider", "model", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
why    = """
Whether prompt caching pays: what cache reads would have cost as plain input, less what they cost as reads, less what
writing the cache cost above plain input. Negative means the cache is written and not read. The hit rate is the share of
input tokens that came from the cache; zero for a busy workflow is money on the table."""

[ratios]
hit_rate = ["cache_read_tokens", "input_tokens"]
*/
WITH asked AS (
    SELECT
        CASE WHEN list_contains($by, 'team') THEN team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN environment END AS environment,
        CASE WHEN list_contains($by, 'provider') THEN provider END AS provider,
        CASE WHEN list_contains($by, 'model') THEN model END AS model,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', hour_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', hour_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', hour_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
            + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0) AS input_tokens,
        coalesce(cache_read, 0) AS cache_read_tokens,
        coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0)
            AS cache_write_tokens,
        calls, cache_saved_usd, cost_usd, unpriced_calls, incomplete_calls
    FROM hours
    WHERE purpose <> 'embedding'
      AND ($since IS NULL OR hour_at >= $since)
      AND ($until IS NULL OR hour_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT
    team, workflow, environment, provider, model, day, week, month,
    sum(calls) AS calls,
    sum(input_tokens) AS input_tokens,
    sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_write_tokens) AS cache_write_tokens,
    sum(cache_saved_usd) AS saved_usd,
    sum(cost_usd) AS cost_usd,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls
FROM asked
GROUP BY team, workflow, environment, provider, model, day, week, month
HAVING sum(calls) > 0
ORDER BY month, week, day, saved_usd DESC, sum(input_tokens) DESC, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, provider NULLS LAST, model NULLS LAST
