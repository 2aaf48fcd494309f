-- Every span of the traces in `touched_traces`, and what they claim was billed.
-- refresh.py starts with the traces of the new spans and runs 1_known.sql, this file and 2_reach.sql until no trace is added.

-- Where the earlier spans of these traces are: `known_parts` tell when each trace began and ended, so that only its days
-- are looked at, and nothing where a trace is new. What is odd about its times may lie anywhere.
CREATE OR REPLACE TEMP TABLE earlier_spans AS
WITH stored AS (
    SELECT
        coalesce(min(first_at), TIMESTAMP '9999-12-31') AS since_at,
        coalesce(max(last_at) + INTERVAL 1 DAY, TIMESTAMP '1000-01-01') AS until_at,
        any_value(refreshed_span_no) AS until_no
    FROM refresh_mark
    LEFT JOIN known_parts ON TRUE
),
spans_before AS (
    SELECT sender, trace_id, span_no
    FROM spans
    JOIN stored ON started_at >= since_at AND started_at <= until_at AND span_no <= until_no
    WHERE quality IS NULL
    UNION ALL
    SELECT sender, trace_id, span_no
    FROM spans
    JOIN stored ON span_no <= until_no
    WHERE quality IS NOT NULL
)
SELECT span_no
FROM spans_before
SEMI JOIN touched_traces USING (sender, trace_id);

CREATE OR REPLACE TEMP TABLE touched_spans AS
WITH touched AS (
    SELECT spans.* FROM spans WHERE span_no > (SELECT refreshed_span_no FROM refresh_mark)
    UNION ALL
    SELECT spans.* FROM spans SEMI JOIN earlier_spans USING (span_no)
),
told AS (
    -- Without what no step reads: attributes alone are as much as all the rest.
    SELECT touched.* EXCLUDE (
        journal_day, journal_seq, name, resource_id, agent_name, finish_reason, quality,
        instance_id, session_id, attributes)
    FROM touched
),
vouched AS (
    -- A gateway's span that names no team is of the one team that its trace names.
    SELECT sender, trace_id, min(team) AS team
    FROM told
    WHERE team_believed
    GROUP BY sender, trace_id
    HAVING min(team) = max(team)
)
SELECT
    told.* REPLACE (
        CASE WHEN told.claimed_team IS NULL THEN coalesce(vouched.team, told.team) ELSE told.team END AS team
    ),
    told.team AS told_team,
    -- Part of a span's identity: nothing below joins spans of two owners.
    CASE
        WHEN told.team_believed THEN told.team
        WHEN told.claimed_team IS NULL THEN coalesce(vouched.team, '')
        ELSE ''
    END AS owner,
    coalesce(input_uncached, cache_read, cache_write_5m, cache_write_1h, cache_write_other, audio_in) IS NOT NULL
        AS has_input,
    coalesce(output_text, reasoning, audio_out) IS NOT NULL AS has_output,
    has_input OR has_output AS has_usage,
    coalesce(input_uncached, 0) + coalesce(cache_read, 0) + coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0)
        + coalesce(cache_write_other, 0) + coalesce(audio_in, 0) AS input_tokens,
    coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0) + coalesce(cache_write_other, 0) AS cache_write,
    coalesce(cache_write_5m, cache_write_1h, cache_write_other) IS NOT NULL AS has_cache_write,
    coalesce(output_text, 0) + coalesce(reasoning, 0) + coalesce(audio_out, 0) AS output_tokens,
    coalesce(response_model, request_model) AS model
FROM told
LEFT JOIN vouched ON vouched.sender = told.sender AND vouched.trace_id = told.trace_id;

-- A client that calls the model's functions by itself asks again inside one span, which tells the last answer only.
UPDATE touched_spans
SET
    input_uncached = NULL, cache_read = NULL, cache_write_5m = NULL, cache_write_1h = NULL, cache_write_other = NULL,
    audio_in = NULL, output_text = NULL, reasoning = NULL, audio_out = NULL,
    has_input = FALSE, has_output = FALSE, has_usage = FALSE, has_cache_write = FALSE,
    input_tokens = 0, output_tokens = 0, cache_write = 0,
    incomplete_because = 'several requests in one span: the client called functions by itself and told the last usage only'
WHERE role = 'call'
  AND (sender, owner, trace_id, span_id) IN (
      SELECT (sender, owner, trace_id, parent_span_id) FROM touched_spans WHERE operation = 'automatic_function_call'
  );

-- A claim says "tokens were billed here". An agent, workflow or tool that claims repeats what is below it; so does an
-- agent of which its emitter never tells the calls. One emitter may tell a request by a span and by a log record: as
-- its scope then count as two.
CREATE OR REPLACE TEMP TABLE claims AS
SELECT
    span_no, sender, owner, trace_id, span_id, parent_span_id, started_at, ended_at, service,
    CASE WHEN signal = 'log' THEN scope_name || ' (log)' ELSE scope_name END AS scope_name,
    dialect_rank,
    role = 'call' AS is_call, response_id, model, request_model, has_usage, input_tokens, output_tokens,
    -- A chat around an embedding, or around what judged it, is another request.
    CASE
        WHEN operation IN ('embeddings', 'rerank', 'moderation', 'speech', 'transcription', 'image_generation',
            'evaluate_with_model') THEN operation
        ELSE 'generation'
    END AS family
FROM touched_spans
WHERE role = 'call' OR has_usage OR (role = 'agent' AND incomplete_because IS NOT NULL);
