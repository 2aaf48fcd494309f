/*
title  = "Spend by hour"
unit   = "USD"
grain  = ["hour_at", "team", "workflow"]
params = ["since", "until", "teams"]
why    = """
What spikes are found in and charts are drawn from. Hours are UTC hours; an hour without calls has no row."""
*/
SELECT
    hour_at,
    team,
    workflow,
    sum(calls) AS calls,
    sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)) AS input_tokens,
    sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS output_tokens,
    sum(cost_usd) AS cost_usd,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls
FROM hours
WHERE ($since IS NULL OR hour_at >= $since)
  AND ($until IS NULL OR hour_at < $until)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY hour_at, team, workflow
HAVING sum(calls) > 0
ORDER BY hour_at, team NULLS LAST, workflow NULLS LAST
