/*
title  = "Spend by prompt version"
unit   = "USD"
grain  = ["team", "workflow", "prompt_name", "prompt_version"]
params = ["since", "until", "teams"]
why    = """
Whether a new version of a prompt costs more per call than the one before. Calls that name no prompt are left out;
first_at is when the version was first seen in the period."""

[ratios]
cost_per_call_usd = ["cost_usd", "priced_calls"]
output_tokens_per_call = ["output_tokens", "calls"]
*/
SELECT
    team,
    workflow,
    prompt_name,
    prompt_version,
    min(started_at) AS first_at,
    count(*) AS calls,
    sum(coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
        + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0)) AS input_tokens,
    sum(coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0)) AS output_tokens,
    coalesce(sum(cost_usd), 0) AS cost_usd,
    count(cost_usd) AS priced_calls,
    count(unpriced_because) AS unpriced_calls,
    count(incomplete_because) AS incomplete_calls
FROM calls
WHERE billed
  AND (prompt_name IS NOT NULL OR prompt_version IS NOT NULL)
  AND ($since IS NULL OR started_at >= $since)
  AND ($until IS NULL OR started_at < $until)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team, workflow, prompt_name, prompt_version
ORDER BY team NULLS LAST, workflow NULLS LAST, prompt_name NULLS LAST, first_at, prompt_version NULLS LAST
