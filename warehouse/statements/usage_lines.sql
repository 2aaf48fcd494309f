-- What the calls of one period cost, by who owes it and what was called: the lines of a statement before rounding.
SELECT
    team,
    workflow,
    provider,
    model,
    cost_centre AS told_cost_centre,
    count(*) AS calls,
    count(unpriced_because) AS unpriced_calls,
    count(incomplete_because) AS incomplete_calls,
    CAST(sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)) AS BIGINT)
        AS input_tokens,
    CAST(sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS BIGINT) AS output_tokens,
    CAST(coalesce(sum(cost_usd), 0) AS DECIMAL(38, 12)) AS cost_usd
FROM calls
WHERE billed
  AND started_at >= $since
  AND started_at < $until
GROUP BY team, workflow, provider, model, cost_centre
