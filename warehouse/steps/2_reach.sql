-- Other traces that may tell of the same requests: they are touched too.

INSERT INTO touched_traces
WITH reach AS (
    SELECT min(started_at) - INTERVAL 1 DAY AS since_at, max(ended_at) + INTERVAL 1 DAY AS until_at FROM claims
),
named_alike AS (
    SELECT spans.sender, spans.trace_id, spans.started_at
    FROM spans
    SEMI JOIN claims
      ON claims.sender = spans.sender
     AND claims.response_id = spans.response_id
     AND claims.is_call = (spans.role = 'call')
    WHERE spans.started_at >= (SELECT since_at FROM reach)
      AND spans.started_at <= (SELECT until_at FROM reach)
),
counted AS (
    SELECT sender, service, response_id, input_tokens, output_tokens, scope_name, started_at, ended_at
    FROM claims
    WHERE is_call AND has_usage
),
calls_around AS NOT MATERIALIZED (  -- so that each of its readers skips what it does not ask for
    SELECT
        sender, trace_id, started_at, ended_at, service, response_id,
        CASE WHEN signal = 'log' THEN scope_name || ' (log)' ELSE scope_name END AS scope_name,
        coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0)
            + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) + coalesce(audio_in, 0) AS input_tokens,
        coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0) AS output_tokens
    FROM spans
    WHERE role = 'call'
      AND started_at >= (SELECT since_at FROM reach)
      AND started_at <= (SELECT until_at FROM reach)
),
-- One of the two does not name its response. Most calls do, and are passed over without a look at their tokens.
nameless_pairs AS (
    SELECT calls_around.*, counted.scope_name AS other_scope, counted.started_at AS since_at, counted.ended_at AS until_at
    FROM (SELECT calls_around.* FROM calls_around WHERE response_id IS NULL) AS calls_around
    JOIN counted
      ON counted.sender = calls_around.sender
     AND counted.service = calls_around.service
     AND counted.input_tokens = calls_around.input_tokens
     AND counted.output_tokens = calls_around.output_tokens
    UNION ALL
    SELECT calls_around.*, counted.scope_name, counted.started_at, counted.ended_at
    FROM calls_around
    JOIN (SELECT counted.* FROM counted WHERE response_id IS NULL) AS counted
      ON counted.sender = calls_around.sender
     AND counted.service = calls_around.service
     AND counted.input_tokens = calls_around.input_tokens
     AND counted.output_tokens = calls_around.output_tokens
),
at_the_same_time AS (
    SELECT sender, trace_id, started_at
    FROM nameless_pairs
    WHERE other_scope <> scope_name
      AND since_at <= ended_at + INTERVAL 1 SECOND
      AND started_at <= until_at + INTERVAL 1 SECOND
),
reached AS (
    SELECT sender, trace_id, started_at FROM named_alike
    UNION ALL
    SELECT sender, trace_id, started_at FROM at_the_same_time
)
SELECT sender, trace_id, min(started_at) AS first_at, max(started_at) AS last_at
FROM reached
ANTI JOIN touched_traces USING (sender, trace_id)
GROUP BY sender, trace_id;
