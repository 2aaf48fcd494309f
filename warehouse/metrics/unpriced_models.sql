/*
title  = "Unpriced models"
unit   = "calls"
grain  = ["provider", "model", "because"]
params = ["since", "until", "teams"]
why    = """
What to add to the price book: each model that was called without a price, since when, and how many tokens wait for one.
It costs something; nobody knows yet what."""
*/
SELECT
    provider,
    model,
    unpriced_because AS because,
    count(*) AS calls,
    sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)) AS input_tokens,
    sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS output_tokens,
    min(started_at) AS first_at,
    max(started_at) AS last_at,
    count(*) AS unpriced_calls,
    CAST(0 AS BIGINT) AS incomplete_calls
FROM calls
WHERE billed
  AND unpriced_because IS NOT NULL
  AND ($since IS NULL OR started_at >= $since)
  AND ($until IS NULL OR started_at < $until)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY provider, model, unpriced_because
ORDER BY calls DESC, provider NULLS LAST, model NULLS LAST, because
