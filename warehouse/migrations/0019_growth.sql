-- What a refresh looks at instead of all that came before: so that its cost is that of what is new.

CREATE TABLE named_responses (                 -- of every span that is a call or names a response
    span_no      BIGINT NOT NULL,
    told_on      DATE NOT NULL,                -- the day on which the span started, in UTC
    response_key UBIGINT                       -- of the sender and the response's id; NULL where a call names none
);

INSERT INTO named_responses
SELECT span_no, CAST(started_at AS DATE), md5_number_lower(sender || chr(10) || response_id)
FROM spans
WHERE (role = 'call' OR response_id IS NOT NULL)
  AND span_no <= (SELECT refreshed_span_no FROM refresh_mark)
ORDER BY span_no;

CREATE TABLE hour_lots (                       -- what 32,768 spans, as they were loaded, add to an hour
    hour_at           TIMESTAMP NOT NULL,
    lot               BIGINT NOT NULL,         -- span_no >> 15
    team              VARCHAR,
    workflow          VARCHAR,
    cost_centre       VARCHAR,
    environment       VARCHAR,
    provider          VARCHAR,
    model             VARCHAR,
    purpose           VARCHAR NOT NULL,
    calls             BIGINT NOT NULL,         -- this and what follows: as in hours
    failed_calls      BIGINT NOT NULL,
    attempts          BIGINT NOT NULL,
    unpriced_calls    BIGINT NOT NULL,
    incomplete_calls  BIGINT NOT NULL,
    input_uncached    BIGINT,
    cache_read        BIGINT,
    cache_write_5m    BIGINT,
    cache_write_1h    BIGINT,
    cache_write_other BIGINT,
    audio_in          BIGINT,
    output_text       BIGINT,
    reasoning         BIGINT,
    audio_out         BIGINT,
    cost_usd          DECIMAL(38, 12) NOT NULL,
    cache_saved_usd   DECIMAL(38, 12) NOT NULL
);

INSERT INTO hour_lots BY NAME
SELECT
    date_trunc('hour', started_at) AS hour_at,
    span_no >> 15 AS lot,
    team, workflow, cost_centre, environment, provider, model, purpose,
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
