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
        CASE WHEN list_contains($by, 'team') THEN team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN environment END AS environment,
        CASE WHEN list_contains($by, 'provider') THEN provider END AS provider,
        CASE WHEN list_contains($by, 'model') THEN model END AS model,
        CASE WHEN list_contains($by, 'purpose') THEN purpose END AS purpose,
        CASE WHEN list_contains($by, 'prompt_name') THEN prompt_name END AS prompt_name,
        CASE WHEN list_contains($by, 'prompt_version') THEN prompt_version END AS prompt_version,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', started_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', started_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', started_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        billed, failed, cost_usd, unpriced_because, incomplete_because
    FROM calls
    WHERE (billed OR failed)
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT
    team, workflow, environment, provider, model, purpose, prompt_name, prompt_version, day, week, month,
    count(*) AS attempts,
    count(CASE WHEN failed THEN 1 END) AS failed,
    count(CASE WHEN billed THEN 1 END) AS calls,
    coalesce(sum(CASE WHEN billed THEN cost_usd END), 0) AS cost_usd,
    coalesce(sum(CASE WHEN billed AND failed THEN cost_usd END), 0) AS failed_cost_usd,
    count(CASE WHEN billed THEN unpriced_because END) AS unpriced_calls,
    count(CASE WHEN billed THEN incomplete_because END) AS incomplete_calls
FROM asked
GROUP BY team, workflow, environment, provider, model, purpose, prompt_name, prompt_version, day, week, month
ORDER BY month, week, day, failed DESC, attempts DESC, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, provider NULLS LAST, model NULLS LAST,
    purpose NULLS LAST, prompt_name NULLS LAST, prompt_version NULLS LAST
