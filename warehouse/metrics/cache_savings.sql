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
        team, workflow, environment, provider, model,
        day_of(hour_at, $zone) AS day, week_of(hour_at, $zone) AS week, month_of(hour_at, $zone) AS month,
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
    {by},
    sum(calls) AS calls,
    sum(input_tokens) AS input_tokens,
    sum(cache_read_tokens) AS cache_read_tokens,
    sum(cache_write_tokens) AS cache_write_tokens,
    sum(cache_saved_usd) AS saved_usd,
    sum(cost_usd) AS cost_usd,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls
FROM asked
GROUP BY {by}
HAVING sum(calls) > 0
ORDER BY saved_usd DESC, sum(input_tokens) DESC, {by}
