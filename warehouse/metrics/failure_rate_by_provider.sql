/*
title  = "Failure rate by provider"
unit   = "share of attempts"
grain  = ["provider"]
params = ["since", "until", "teams"]
why    = """
Who fails, how often, and what the failures cost. An attempt is a billed call or a failed one; a failed attempt that
reported no usage was not billed, one that did still costs money. With the 95 % Wilson interval."""

[rates]
failure_rate = ["failed", "attempts"]
*/
SELECT
    provider,
    count(*) AS attempts,
    count(CASE WHEN failed THEN 1 END) AS failed,
    count(CASE WHEN billed THEN 1 END) AS calls,
    coalesce(sum(CASE WHEN billed THEN cost_usd END), 0) AS cost_usd,
    coalesce(sum(CASE WHEN billed AND failed THEN cost_usd END), 0) AS failed_cost_usd,
    count(CASE WHEN billed THEN unpriced_because END) AS unpriced_calls,
    count(CASE WHEN billed THEN incomplete_because END) AS incomplete_calls
FROM calls
WHERE (billed OR failed)
  AND ($since IS NULL OR started_at >= $since)
  AND ($until IS NULL OR started_at < $until)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY provider
ORDER BY failed DESC, attempts DESC, provider NULLS LAST
