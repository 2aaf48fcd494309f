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
    min(first_at) AS first_at,
    sum(calls) AS calls,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    sum(cost_usd) AS cost_usd,
    sum(costed_calls) AS priced_calls,
    sum(CASE WHEN is_unpriced THEN calls ELSE 0 END) AS unpriced_calls,
    sum(CASE WHEN incomplete_because IS NOT NULL THEN calls ELSE 0 END) AS incomplete_calls
FROM billed_calls($since, $until)
WHERE (prompt_name IS NOT NULL OR prompt_version IS NOT NULL)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team, workflow, prompt_name, prompt_version
ORDER BY team NULLS LAST, workflow NULLS LAST, prompt_name NULLS LAST, first_at, prompt_version NULLS LAST
