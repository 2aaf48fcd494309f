-- What metrics counted becomes calls where nobody told of the calls one by one: one row an hour, model and owner.
-- Such a row is a sum over an unknown number of requests; as soon as its source tells of its calls, it is gone.
-- Before: 4a_meters.sql and 4b_increments.sql.

CREATE OR REPLACE TEMP TABLE metered_hours AS
WITH unclaimed AS (
    SELECT touched_meters.*
    FROM touched_meters
    WHERE NOT EXISTS (
        SELECT 1 FROM claim_days AS claim
        WHERE claim.sender = touched_meters.sender
          AND claim.service IS NOT DISTINCT FROM touched_meters.service
          AND (claim.instance_id IS NULL OR touched_meters.instance_id IS NULL
               OR claim.instance_id = touched_meters.instance_id)
          AND (claim.session_id IS NULL OR touched_meters.session_id IS NULL
               OR claim.session_id = touched_meters.session_id)
          AND touched_meters.metered_on BETWEEN claim.claimed_on - INTERVAL 1 DAY AND claim.claimed_on + INTERVAL 1 DAY
    )
),
added AS (
    -- No process uses a trillion tokens between two exports: like a span's absurd number, such a one is left out and told.
    SELECT
        points.*,
        CASE WHEN points.token_class = 'cost' OR increments.added <= 1e12 THEN increments.added END AS added,
        points.token_class <> 'cost' AND increments.added > 1e12 AS implausible,
        unclaimed.metered_on,
        date_trunc('hour', points.counted_at) AS hour_at
    FROM points
    JOIN unclaimed
      ON unclaimed.sender = points.sender
     AND unclaimed.service IS NOT DISTINCT FROM points.service
     AND unclaimed.instance_id IS NOT DISTINCT FROM points.instance_id
     AND unclaimed.session_id IS NOT DISTINCT FROM points.session_id
     AND unclaimed.metered_on = CAST(points.counted_at AS DATE)
    JOIN increments ON increments.point_no = points.point_no
    WHERE increments.added > 0
),
chosen AS (
    -- Several metrics may count the same requests: those of the best rank make money.
    SELECT sender, service, instance_id, session_id, metered_on, min(meter_rank) AS meter_rank
    FROM added
    WHERE token_class <> 'cost'
    GROUP BY sender, service, instance_id, session_id, metered_on
),
summed AS (
    SELECT
        added.sender, added.service, added.instance_id, added.session_id, added.metered_on, added.hour_at,
        added.provider, added.model, added.service_tier, added.team, added.claimed_team, added.workflow,
        added.cost_centre, added.environment, added.user_id,
        min(added.point_no) AS point_no,
        min(added.counted_at) AS first_at,
        max(added.counted_at) AS last_at,
        arg_min(added.dialect, added.point_no) AS dialect,
        arg_min(added.operation, added.point_no) AS operation,
        bool_or(added.implausible) AS implausible,
        TRY_CAST(sum(CASE WHEN added.token_class = 'input' THEN added.added END) AS BIGINT) AS input_tokens,
        TRY_CAST(sum(CASE WHEN added.token_class = 'input_uncached' THEN added.added END) AS BIGINT) AS input_uncached,
        TRY_CAST(sum(CASE WHEN added.token_class = 'input_api' THEN added.added END) AS BIGINT) AS input_api,
        TRY_CAST(sum(CASE WHEN added.token_class = 'cache_read' THEN added.added END) AS BIGINT) AS cache_read,
        TRY_CAST(sum(CASE WHEN added.token_class = 'cache_write' THEN added.added END) AS BIGINT) AS cache_write,
        TRY_CAST(sum(CASE WHEN added.token_class = 'output' THEN added.added END) AS BIGINT) AS output_tokens,
        TRY_CAST(sum(CASE WHEN added.token_class = 'output_text' THEN added.added END) AS BIGINT) AS output_text,
        TRY_CAST(sum(CASE WHEN added.token_class = 'reasoning' THEN added.added END) AS BIGINT) AS reasoning,
        sum(CASE WHEN added.token_class = 'cost' THEN added.added END) AS reported_cost_usd
    FROM added
    JOIN chosen
      ON chosen.sender = added.sender
     AND chosen.service IS NOT DISTINCT FROM added.service
     AND chosen.instance_id IS NOT DISTINCT FROM added.instance_id
     AND chosen.session_id IS NOT DISTINCT FROM added.session_id
     AND chosen.metered_on = added.metered_on
    WHERE added.token_class = 'cost' OR added.meter_rank = chosen.meter_rank
    GROUP BY ALL
)
SELECT
    summed.* EXCLUDE (input_tokens, input_uncached, input_api, output_tokens, output_text),
    -- A part that exceeds its whole says that the two do not belong together. What an API calls input holds the cache
    -- or not, depending on the API: where something was cached, nobody knows.
    CASE
        WHEN input_api IS NOT NULL THEN CASE WHEN coalesce(cache_read, 0) + coalesce(cache_write, 0) = 0 THEN input_api END
        WHEN input_tokens IS NULL THEN input_uncached
        WHEN input_tokens >= coalesce(cache_read, 0) + coalesce(cache_write, 0)
            THEN input_tokens - coalesce(cache_read, 0) - coalesce(cache_write, 0)
    END AS input_uncached,
    CASE
        WHEN output_tokens IS NULL THEN output_text
        WHEN output_tokens >= coalesce(reasoning, 0) THEN output_tokens - coalesce(reasoning, 0)
    END AS output_text,
    md5(concat_ws('/', 'metric', coalesce(service, ''), coalesce(instance_id, ''), coalesce(session_id, ''),
        CAST(metered_on AS VARCHAR))) AS trace_id
FROM summed
WHERE implausible
   OR coalesce(input_tokens, input_uncached, input_api, cache_read, cache_write, output_tokens, output_text, reasoning) IS NOT NULL;

INSERT INTO metered
SELECT -point_no, sender, service, instance_id, session_id, metered_on FROM metered_hours;

INSERT INTO fresh_calls BY NAME
SELECT
    -point_no AS span_no,
    sender,
    '' AS owner,
    trace_id,
    substr(md5(CAST(point_no AS VARCHAR)), 1, 16) AS span_id,
    first_at AS started_at,
    last_at AS ended_at,
    service, dialect, operation,
    CASE WHEN operation = 'embeddings' THEN 'embedding' ELSE 'product' END AS purpose,
    provider, model,
    model AS response_model,
    service_tier,
    input_uncached, cache_read,
    cache_write AS cache_write_other,
    output_text, reasoning,
    CASE
        WHEN implausible THEN 'a metric''s sum: more than a trillion tokens at once were left out'
        WHEN input_uncached IS NULL THEN 'a metric''s sum: how much of its input came from a cache is not told'
        WHEN cache_read IS NULL AND cache_write IS NULL
            THEN 'a metric''s sum: neither the number of requests nor what came from a cache is told'
        ELSE 'a metric''s sum: the number of requests is not told'
    END AS incomplete_because,
    TRY_CAST(reported_cost_usd AS DECIMAL(18, 12)) AS reported_cost_usd,
    0 AS duplicates,
    TRUE AS billed,
    FALSE AS failed,
    team, claimed_team, workflow, cost_centre, environment, user_id,
    trace_id AS task_id,
    TRUE AS has_usage,
    'metric' AS signal
FROM metered_hours;

INSERT INTO touched_hours
SELECT DISTINCT date_trunc('hour', first_at), -point_no >> 15 FROM metered_hours
EXCEPT
SELECT hour_at, lot FROM touched_hours;

INSERT INTO touched_traces
SELECT sender, trace_id, min(first_at), max(last_at)
FROM metered_hours
ANTI JOIN touched_traces USING (sender, trace_id)
GROUP BY sender, trace_id;
