-- Other traces that may tell of the same requests: they are touched too.

-- Spans of the days around that name the same response, or where one of the two does not name it. Most claims name one
-- that nobody else names, and `named_responses` is narrow: what it does not find is not looked for among the spans.
CREATE OR REPLACE TEMP TABLE near_spans AS
WITH reach AS (
    SELECT
        CAST(min(started_at) - INTERVAL 1 DAY AS DATE) AS since_on,
        CAST(max(ended_at) + INTERVAL 1 DAY AS DATE) AS until_on,
        any_value(refreshed_span_no) AS until_no
    FROM claims
    CROSS JOIN refresh_mark
),
found AS (
    SELECT span_no
    FROM named_responses
    -- What is new is touched anyway.
    JOIN reach ON told_on >= since_on AND told_on <= until_on AND span_no <= until_no
    WHERE response_key IS NULL
       OR response_key IN (SELECT md5_number_lower(sender || chr(10) || response_id) FROM claims)
       OR EXISTS (SELECT 1 FROM claims WHERE is_call AND has_usage AND response_id IS NULL)
)
SELECT span_no
FROM found
ANTI JOIN touched_spans USING (span_no);

INSERT INTO touched_traces
WITH near AS (
    SELECT
        sender, trace_id, started_at, ended_at, service, role = 'call' AS is_call, response_id,
        CASE WHEN signal = 'log' THEN scope_name || ' (log)' ELSE scope_name END AS scope_name,
        coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
            + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0) AS input_tokens,
        coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0) AS output_tokens
    FROM spans
    SEMI JOIN near_spans USING (span_no)
),
around AS (
    -- Only then do two overlap, and only what several emitters tell is told twice.
    SELECT min(started_at) - INTERVAL 1 SECOND AS since_at, max(ended_at) + INTERVAL 1 SECOND AS until_at
    FROM claims
    WHERE is_call AND has_usage
),
lookalikes AS (
    SELECT near.*
    FROM near
    JOIN around ON near.started_at <= around.until_at AND near.ended_at >= around.since_at
    WHERE near.is_call
),
several AS MATERIALIZED (
    SELECT sender, input_tokens, output_tokens
    FROM (
        SELECT sender, input_tokens, output_tokens, scope_name FROM lookalikes
        UNION ALL
        SELECT sender, input_tokens, output_tokens, scope_name FROM claims WHERE is_call AND has_usage
    )
    GROUP BY sender, input_tokens, output_tokens
    HAVING min(scope_name) <> max(scope_name)
),
reached AS (
    SELECT near.sender, near.trace_id, near.started_at
    FROM near
    SEMI JOIN claims
      ON claims.sender = near.sender
     AND claims.response_id = near.response_id
     AND claims.is_call = near.is_call
    UNION ALL
    SELECT near.sender, near.trace_id, near.started_at
    FROM lookalikes AS near
    SEMI JOIN several USING (sender, input_tokens, output_tokens)
    JOIN claims
      ON claims.sender = near.sender
     AND claims.service = near.service
     AND claims.input_tokens = near.input_tokens
     AND claims.output_tokens = near.output_tokens
    WHERE claims.is_call AND claims.has_usage
      AND (near.response_id IS NULL OR claims.response_id IS NULL)
      AND near.scope_name <> claims.scope_name
      AND near.started_at <= claims.ended_at + INTERVAL 1 SECOND
      AND claims.started_at <= near.ended_at + INTERVAL 1 SECOND
)
SELECT sender, trace_id, min(started_at) AS first_at, max(started_at) AS last_at
FROM reached
ANTI JOIN touched_traces USING (sender, trace_id)
GROUP BY sender, trace_id;
