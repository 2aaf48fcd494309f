-- A task is put into a zone's calendar by the quarter of an hour it began in, for no zone's day begins within one:
-- thousands are looked up, not millions, and none where an answer is by no day, week or month.
CREATE MACRO calendar_of_tasks(since_at, until_at, asked_by, zone) AS TABLE
SELECT
    quarter_at,
    day_of(quarter_at, zone) AS day,
    week_of(quarter_at, zone) AS week,
    month_of(quarter_at, zone) AS month
FROM (
    SELECT unnest(range(
        time_bucket(INTERVAL 15 MINUTE, greatest(CAST(since_at AS TIMESTAMP), told.first_at)),
        least(CAST(until_at AS TIMESTAMP), told.last_at + INTERVAL 15 MINUTE),
        INTERVAL 15 MINUTE
    )) AS quarter_at
    FROM (SELECT min(first_at) AS first_at, max(first_at) AS last_at FROM tasks) AS told
    WHERE list_has_any(asked_by, ['day', 'week', 'month'])
) AS quarters;

-- Closed months that follow each other are one stretch: whether a task began in one of them is asked of millions.
CREATE VIEW closed_stretches AS
SELECT min(since_at) AS since_at, max(until_at) AS until_at
FROM (
    SELECT since_at, until_at, sum(CASE WHEN follows THEN 0 ELSE 1 END) OVER (ORDER BY since_at) AS stretch
    FROM (
        SELECT since_at, until_at, coalesce(since_at = lag(until_at) OVER (ORDER BY since_at), FALSE) AS follows
        FROM closes
    ) AS months
) AS numbered
GROUP BY stretch;

-- As 0027_known_calls.sql has it, with the environment: the billed calls of a period, alike ones as one row. Of its
-- whole hours what is kept of them, and one by one those of the hours in whose midst it begins and ends.
CREATE OR REPLACE MACRO billed_calls(since_at, until_at) AS TABLE
SELECT
    team, workflow, environment, provider, model, prompt_name, prompt_version, sender, service, scope_name,
    scope_version, is_claimed, is_cache_told, cache_decided_by, incomplete_because, is_unpriced, first_at, calls,
    costed_calls,
    coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0)
        + coalesce(cache_write_other, 0) + coalesce(audio_in, 0) AS input_tokens,
    coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0) AS output_tokens,
    cost_usd
FROM hour_lots
WHERE calls > 0
  AND (since_at IS NULL OR hour_at >= since_at)
  AND (until_at IS NULL OR hour_at + INTERVAL 1 HOUR <= until_at)
UNION ALL
SELECT
    team, workflow, environment, provider, model, prompt_name, prompt_version, sender, service, scope_name,
    scope_version, claimed_team IS NOT NULL,
    coalesce(cache_read, cache_write_5m, cache_write_1h, cache_write_other) IS NOT NULL,
    cache_decided_by, incomplete_because,
    unpriced_because IS NOT NULL,
    started_at, 1, CASE WHEN cost_usd IS NULL THEN 0 ELSE 1 END,
    coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0)
        + coalesce(cache_write_other, 0) + coalesce(audio_in, 0),
    coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0),
    coalesce(cost_usd, 0)
FROM calls
WHERE billed
  AND (since_at IS NULL OR started_at >= since_at)
  AND (until_at IS NULL OR started_at < until_at)
  AND (started_at < CAST(since_at AS TIMESTAMP) + INTERVAL 1 HOUR
       OR started_at >= CAST(until_at AS TIMESTAMP) - INTERVAL 1 HOUR)
  AND (date_trunc('hour', started_at) < since_at OR date_trunc('hour', started_at) + INTERVAL 1 HOUR > until_at);
