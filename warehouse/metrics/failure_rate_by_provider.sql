/*
title  = "Failure rate by provider"
unit   = "share of attempts"
grain  = ["provider"]
by     = ["team", "workflow", "environment", "provider", "model", "purpose", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
why    = """
Who fails, how often, and what the failures cost. An attempt is a billed call or a failed one; a failed attempt that
reported no usage was not billed, one that did still costs money. With the 95 % Wilson interval."""

[ratios]
failed_cost_share = ["failed_cost_usd", "cost_usd"]

[rates]
failure_rate = ["failed", "attempts"]
*/
WITH asked AS (
    SELECT
        team, workflow, environment, provider, model, purpose, prompt_name, prompt_version,
        day_of(started_at, $zone) AS day, week_of(started_at, $zone) AS week, month_of(started_at, $zone) AS month,
        billed, failed, cost_usd, unpriced_because, incomplete_because
    FROM calls
    WHERE (billed OR failed)
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT
    {by},
    count(*) AS attempts,
    count(CASE WHEN failed THEN 1 END) AS failed,
    count(CASE WHEN billed THEN 1 END) AS calls,
    coalesce(sum(CASE WHEN billed THEN cost_usd END), 0) AS cost_usd,
    coalesce(sum(CASE WHEN billed AND failed THEN cost_usd END), 0) AS failed_cost_usd,
    count(CASE WHEN billed THEN unpriced_because END) AS unpriced_calls,
    count(CASE WHEN billed THEN incomplete_because END) AS incomplete_calls
FROM asked
GROUP BY {by}
ORDER BY failed DESC, attempts DESC, {by}
