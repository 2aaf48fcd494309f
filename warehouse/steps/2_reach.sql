-- Other traces that may tell of the same requests: they are touched too.

INSERT INTO touched_traces
WITH reach AS (
    SELECT min(started_at) - INTERVAL 1 DAY AS since_at, max(ended_at) + INTERVAL 1 DAY AS until_at FROM claims
),
elsewhere AS (
    SELECT
        sender, trace_id, started_at, ended_at, service, response_id, role = 'call' AS is_call,
        CASE WHEN signal = 'log' THEN scope_name || ' (log)' ELSE scope_name END AS scope_name,
        coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
            + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0) AS input_tokens,
        coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0) AS output_tokens
    FROM spans
    ANTI JOIN touched_traces USING (sender, trace_id)
    WHERE (role = 'call' OR response_id IS NOT NULL)
      AND started_at >= (SELECT since_at FROM reach)
      AND started_at <= (SELECT until_at FROM reach)
),
named_alike AS (
    SELECT elsewhere.sender, elsewhere.trace_id, elsewhere.started_at
    FROM elsewhere
    JOIN claims
      ON claims.sender = elsewhere.sender
     AND claims.response_id = elsewhere.response_id
     AND claims.is_call = elsewhere.is_call
),
at_the_same_time AS (
    SELECT elsewhere.sender, elsewhere.trace_id, elsewhere.started_at
    FROM elsewhere
    JOIN claims
      ON claims.sender = elsewhere.sender
     AND claims.service = elsewhere.service
     AND claims.input_tokens = elsewhere.input_tokens
     AND claims.output_tokens = elsewhere.output_tokens
     AND claims.scope_name <> elsewhere.scope_name
     AND claims.started_at <= elsewhere.ended_at + INTERVAL 1 SECOND
     AND elsewhere.started_at <= claims.ended_at + INTERVAL 1 SECOND
    WHERE claims.is_call AND claims.has_usage AND elsewhere.is_call
      AND (claims.response_id IS NULL OR elsewhere.response_id IS NULL)
),
reached AS (
    SELECT sender, trace_id, started_at FROM named_alike
    UNION ALL
    SELECT sender, trace_id, started_at FROM at_the_same_time
)
SELECT sender, trace_id, min(started_at) AS first_at, max(started_at) AS last_at
FROM reached
GROUP BY sender, trace_id;
