-- The hours that changed, summed again from their calls.

DELETE FROM hours WHERE hour_at IN (SELECT hour_at FROM touched_hours);

INSERT INTO hours BY NAME
SELECT
    date_trunc('hour', started_at) AS hour_at,
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
WHERE started_at >= (SELECT min(hour_at) FROM touched_hours)
  AND started_at < (SELECT max(hour_at) + INTERVAL 1 HOUR FROM touched_hours)
  AND date_trunc('hour', started_at) IN (SELECT hour_at FROM touched_hours)
GROUP BY ALL
ORDER BY hour_at;
