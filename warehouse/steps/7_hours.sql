-- The hours that changed. Calls are summed by lots of 32,768 spans as they were loaded, then an hour is summed from its
-- lots: of a busy hour only the lots that changed are summed again, not all its calls. Charges are kept by lots too.
-- Before: `touched_hours`, hours and their lots.

DELETE FROM hour_lots WHERE (hour_at, lot) IN (SELECT (hour_at, lot) FROM touched_hours);

INSERT INTO hour_lots BY NAME
WITH bounds AS (
    SELECT
        min(hour_at) AS since_at, max(hour_at) + INTERVAL 1 HOUR AS until_at,
        min(lot) * 32768 AS since_no, (max(lot) + 1) * 32768 AS until_no
    FROM touched_hours
)
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
JOIN bounds
  ON calls.started_at >= bounds.since_at AND calls.started_at < bounds.until_at
 AND calls.span_no >= bounds.since_no AND calls.span_no < bounds.until_no
WHERE (date_trunc('hour', started_at), span_no >> 15) IN (SELECT (hour_at, lot) FROM touched_hours)
GROUP BY ALL
ORDER BY hour_at;

DELETE FROM charge_lots WHERE (hour_at, lot) IN (SELECT (hour_at, lot) FROM touched_hours);

INSERT INTO charge_lots BY NAME
WITH bounds AS (
    SELECT
        min(hour_at) AS since_at, max(hour_at) + INTERVAL 1 HOUR AS until_at,
        min(lot) * 32768 AS since_no, (max(lot) + 1) * 32768 AS until_no
    FROM touched_hours
),
told AS (
    SELECT
        calls.span_no, date_trunc('hour', calls.started_at) AS hour_at, calls.span_no >> 15 AS lot,
        calls.team, calls.workflow, calls.environment, calls.provider, calls.model,
        calls.billed AND calls.cost_usd IS NOT NULL AS costed
    FROM calls
    JOIN bounds
      ON calls.started_at >= bounds.since_at AND calls.started_at < bounds.until_at
     AND calls.span_no >= bounds.since_no AND calls.span_no < bounds.until_no
    WHERE (date_trunc('hour', calls.started_at), calls.span_no >> 15) IN (SELECT (hour_at, lot) FROM touched_hours)
)
SELECT
    told.hour_at, told.lot, told.team, told.workflow, told.environment, told.provider, told.model, told.costed,
    charges.token_class, charges.price_line_no,
    sum(charges.quantity) AS quantity,
    sum(charges.cost_usd) AS cost_usd
FROM told
JOIN charges ON charges.span_no = told.span_no
GROUP BY ALL
ORDER BY told.hour_at;

DELETE FROM hours WHERE hour_at IN (SELECT hour_at FROM touched_hours);

INSERT INTO hours BY NAME
SELECT
    hour_at, team, workflow, cost_centre, environment, provider, model, purpose,
    sum(calls) AS calls,
    sum(failed_calls) AS failed_calls,
    sum(attempts) AS attempts,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls,
    sum(input_uncached) AS input_uncached,
    sum(cache_read) AS cache_read,
    sum(cache_write_5m) AS cache_write_5m,
    sum(cache_write_1h) AS cache_write_1h,
    sum(cache_write_other) AS cache_write_other,
    sum(audio_in) AS audio_in,
    sum(output_text) AS output_text,
    sum(reasoning) AS reasoning,
    sum(audio_out) AS audio_out,
    sum(cost_usd) AS cost_usd,
    sum(cache_saved_usd) AS cache_saved_usd
FROM hour_lots
WHERE hour_at IN (SELECT hour_at FROM touched_hours)
GROUP BY ALL
ORDER BY hour_at;
