-- Spend by its owner and its model, for one period: what tables and comparisons are summed from.
-- The metrics spend_by_* give the same sums; this one also knows the environment.
SELECT
    team,
    workflow,
    provider,
    model,
    sum(calls)            AS calls,
    sum(unpriced_calls)   AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls,
    sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)) AS input_tokens,
    sum(coalesce(cache_read, 0)) AS cache_read_tokens,
    sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS output_tokens,
    sum(cost_usd)         AS cost_usd,
    sum(cache_saved_usd)  AS cache_saved_usd
FROM hours
WHERE hour_at >= $since
  AND hour_at < $until
  AND ($teams IS NULL OR list_contains($teams, team))
  AND ($environment IS NULL OR environment = $environment)
GROUP BY team, workflow, provider, model
HAVING sum(calls) > 0
ORDER BY cost_usd DESC, team, workflow, provider, model
