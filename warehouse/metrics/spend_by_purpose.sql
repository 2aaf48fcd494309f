/*
title  = "Spend by purpose"
unit   = "USD"
grain  = ["team", "purpose"]
params = ["since", "until", "teams"]
why    = """
What judges and guardrails cost beside the product they watch: the judge share is the judge row over all of a
team's rows."""
*/
SELECT
    team,
    purpose,
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
GROUP BY team, purpose
HAVING sum(calls) > 0
ORDER BY cost_usd DESC, team NULLS LAST, purpose NULLS LAST
