-- What else is asked of calls is kept by hour with them: whose they were, which prompt they used, what is known of them.

DROP TABLE hour_lots;

CREATE TABLE hour_lots (                       -- what 32,768 spans, as they were loaded, add to an hour
    hour_at            TIMESTAMP NOT NULL,
    lot                BIGINT NOT NULL,        -- span_no >> 15
    team               VARCHAR,
    workflow           VARCHAR,
    cost_centre        VARCHAR,
    environment        VARCHAR,
    provider           VARCHAR,
    model              VARCHAR,
    purpose            VARCHAR NOT NULL,
    prompt_name        VARCHAR,
    prompt_version     VARCHAR,
    sender             VARCHAR NOT NULL,
    service            VARCHAR,
    scope_name         VARCHAR,                -- NULL = made of metrics
    scope_version      VARCHAR,
    is_claimed         BOOLEAN NOT NULL,       -- the payload named another team
    is_cache_told      BOOLEAN NOT NULL,
    cache_decided_by   VARCHAR,
    incomplete_because VARCHAR,
    is_unpriced        BOOLEAN NOT NULL,
    first_at           TIMESTAMP,              -- of the billed calls; NULL = there are none
    costed_calls       BIGINT NOT NULL,        -- billed, with a cost
    calls              BIGINT NOT NULL,        -- this and what follows: as in hours
    failed_calls       BIGINT NOT NULL,
    attempts           BIGINT NOT NULL,
    unpriced_calls     BIGINT NOT NULL,
    incomplete_calls   BIGINT NOT NULL,
    input_uncached     BIGINT,
    cache_read         BIGINT,
    cache_write_5m     BIGINT,
    cache_write_1h     BIGINT,
    cache_write_other  BIGINT,
    audio_in           BIGINT,
    output_text        BIGINT,
    reasoning          BIGINT,
    audio_out          BIGINT,
    cost_usd           DECIMAL(38, 12) NOT NULL,
    cache_saved_usd    DECIMAL(38, 12) NOT NULL
);

INSERT INTO hour_lots BY NAME
SELECT
    date_trunc('hour', started_at) AS hour_at,
    span_no >> 15 AS lot,
    team, workflow, cost_centre, environment, provider, model, purpose, prompt_name, prompt_version,
    sender, service, scope_name, scope_version,
    claimed_team IS NOT NULL AS is_claimed,
    coalesce(cache_read, cache_write_5m, cache_write_1h, cache_write_other) IS NOT NULL AS is_cache_told,
    cache_decided_by, incomplete_because,
    unpriced_because IS NOT NULL AS is_unpriced,
    min(started_at) FILTER (WHERE billed) AS first_at,
    count(cost_usd) FILTER (WHERE billed) AS costed_calls,
    count(*) FILTER (WHERE billed) AS calls,
    count(*) FILTER (WHERE failed) AS failed_calls,
    count(*) AS attempts,
    count(*) FILTER (WHERE billed AND unpriced_because IS NOT NULL) AS unpriced_calls,
    count(*) FILTER (WHERE billed AND incomplete_because IS NOT NULL) AS incomplete_calls,
    sum(input_uncached) AS input_uncached,
    sum(cache_read) AS cache_read,
    sum(cache_write_5m) AS cache_write_5m,
    sum(cache_write_1h) AS cache_write_1h,
    sum(cache_write_other) AS cache_write_other,
    sum(audio_in) AS audio_in,
    sum(output_text) AS output_text,
    sum(reasoning) AS reasoning,
    sum(audio_out) AS audio_out,
    sum(coalesce(cost_usd, 0)) AS cost_usd,
    sum(coalesce(cache_saved_usd, 0)) AS cache_saved_usd
FROM calls
GROUP BY ALL
ORDER BY hour_at;

-- The billed calls of a period, alike ones as one row: of its whole hours what is kept of them, and one by one those of
-- the hours in whose midst it begins and ends. NULL is open on that side.
CREATE MACRO billed_calls(since_at, until_at) AS TABLE
SELECT
    team, workflow, provider, model, prompt_name, prompt_version, sender, service, scope_name, scope_version,
    is_claimed, is_cache_told, cache_decided_by, incomplete_because, is_unpriced, first_at, calls, costed_calls,
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
    team, workflow, provider, model, prompt_name, prompt_version, sender, service, scope_name, scope_version,
    claimed_team IS NOT NULL,
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

-- A span that told of a call again knows by itself who sent it and when.
ALTER TABLE folds ADD COLUMN started_at TIMESTAMP;
ALTER TABLE folds ADD COLUMN team VARCHAR;
ALTER TABLE folds ADD COLUMN service VARCHAR;
ALTER TABLE folds ADD COLUMN scope_name VARCHAR;
ALTER TABLE folds ADD COLUMN scope_version VARCHAR;

UPDATE folds
SET
    started_at = spans.started_at, team = spans.team, service = spans.service, scope_name = spans.scope_name,
    scope_version = spans.scope_version
FROM spans
WHERE spans.span_no = folds.span_no;
