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
        team, workflow, environment, provider, model, purpose, prompt_name, prompt_version,
        day_of(started_at, $zone) AS day, week_of(started_at, $zone) AS week, month_of(started_at, $zone) AS month,
        -- Narrow numbers, for all of them wait in memory. What took more than 24 days has no time.
        CASE
            WHEN ended_at > started_at THEN TRY_CAST(date_diff('millisecond', started_at, ended_at) AS INTEGER)
        END AS latency_ms,
        TRY_CAST(ttft_ms AS INTEGER) AS ttft_ms
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
        {by},
        count(*) AS calls,
        count(latency_ms) AS timed_calls,
        quantile_cont(latency_ms, [0.5, 0.95, 0.99]) AS latencies,
        count(ttft_ms) AS ttft_calls,
        quantile_cont(ttft_ms, [0.5, 0.95, 0.99]) AS ttfts
    FROM asked
    GROUP BY {by}
)
SELECT
    {by},
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
ORDER BY calls DESC, {by}
