/*
title  = "Latency"
unit   = "milliseconds"
grain  = ["provider", "model"]
by     = ["team", "workflow", "environment", "provider", "model", "purpose", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
coverage = ["timed_calls", "calls"]
why    = """
How long callers wait: for the whole answer of a call that succeeded, and for its first token where the emitter tells it.
Retries are calls of their own. Coverage is the share of calls that told how long they took."""
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
        CASE WHEN ended_at > started_at THEN date_diff('millisecond', started_at, ended_at) END AS latency_ms,
        ttft_ms
    FROM calls
    WHERE billed
      AND NOT failed
      AND signal <> 'metric'
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
),
summed AS (
    SELECT
        team, workflow, environment, provider, model, purpose, prompt_name, prompt_version, day, week, month,
        count(*) AS calls,
        count(latency_ms) AS timed_calls,
        quantile_cont(latency_ms, [0.5, 0.95, 0.99]) AS latencies,
        count(ttft_ms) AS ttft_calls,
        quantile_cont(ttft_ms, [0.5, 0.95, 0.99]) AS ttfts
    FROM asked
    GROUP BY team, workflow, environment, provider, model, purpose, prompt_name, prompt_version, day, week, month
)
SELECT
    team, workflow, environment, provider, model, purpose, prompt_name, prompt_version, day, week, month,
    calls,
    timed_calls,
    round(latencies[1], 2) AS latency_ms_p50,
    round(latencies[2], 2) AS latency_ms_p95,
    round(latencies[3], 2) AS latency_ms_p99,
    ttft_calls,
    round(ttfts[1], 2) AS ttft_ms_p50,
    round(ttfts[2], 2) AS ttft_ms_p95,
    round(ttfts[3], 2) AS ttft_ms_p99
FROM summed
ORDER BY month, week, day, calls DESC, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, provider NULLS LAST, model NULLS LAST,
    purpose NULLS LAST, prompt_name NULLS LAST, prompt_version NULLS LAST
