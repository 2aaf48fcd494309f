-- One row a billed request: the winner's numbers, with what only the others knew filled in.
-- Before: `fresh_folds` (span_no, dup_of, because) from fold.py and the aggregates that repeat their children.

CREATE OR REPLACE TEMP TABLE touched_hours AS
SELECT DISTINCT date_trunc('hour', calls.started_at) AS hour_at, calls.span_no >> 15 AS lot
FROM calls
SEMI JOIN touched_spans ON touched_spans.span_no = calls.span_no;

DELETE FROM charges WHERE span_no IN (SELECT span_no FROM claims);
DELETE FROM calls WHERE span_no IN (SELECT span_no FROM claims);
DELETE FROM folds WHERE span_no IN (SELECT span_no FROM claims);

INSERT INTO folds BY NAME
SELECT
    fresh_folds.span_no, fresh_folds.dup_of, fresh_folds.because, told.started_at, told.told_team AS team, told.service,
    told.scope_name, told.scope_version
FROM fresh_folds
JOIN touched_spans AS told ON told.span_no = fresh_folds.span_no;

-- The spans that tell of a call, the one that tells it best first; only those that were folded have to be ranked.
CREATE OR REPLACE TEMP TABLE members AS
SELECT span_no AS call_no, span_no, 1 AS preference
FROM claims
ANTI JOIN fresh_folds USING (span_no)
UNION ALL
SELECT
    fresh_folds.dup_of AS call_no,
    span_no,
    1 + row_number() OVER (
        PARTITION BY fresh_folds.dup_of
        ORDER BY NOT claims.has_usage, claims.dialect_rank, claims.trace_id, claims.span_id
    ) AS preference
FROM claims
JOIN fresh_folds USING (span_no)
WHERE fresh_folds.because <> 'repeats its children';

CREATE OR REPLACE TEMP TABLE fresh_calls AS
WITH single_task AS (
    SELECT sender, owner, trace_id, min(task_id) AS task_id
    FROM touched_spans
    WHERE task_id IS NOT NULL
    GROUP BY sender, owner, trace_id
    HAVING min(task_id) = max(task_id)
),
told AS NOT MATERIALIZED (
    SELECT members.call_no, members.preference, touched_spans.*
    FROM members
    JOIN touched_spans ON touched_spans.span_no = members.span_no
),
others AS (
    -- What the rest knows: of each column what the best of them says that says anything. Most calls have one span only.
    -- An explicit 0 is weak evidence in a cache class: some emitters write it for "not looked".
    SELECT
        call_no,
        count(*) AS duplicates,
        arg_min(CASE WHEN has_input THEN input_tokens END, preference) AS input_tokens,
        arg_min(CASE WHEN has_output THEN output_tokens END, preference) AS output_tokens,
        coalesce(arg_min(nullif(cache_read, 0), preference), min(cache_read)) AS cache_read,
        coalesce(arg_min(nullif(cache_write, 0), preference), min(CASE WHEN has_cache_write THEN 0 END)) AS cache_write,
        coalesce(arg_min(nullif(audio_in, 0), preference), min(audio_in)) AS audio_in,
        coalesce(arg_min(nullif(reasoning, 0), preference), min(reasoning)) AS reasoning,
        coalesce(arg_min(nullif(audio_out, 0), preference), min(audio_out)) AS audio_out,
        max(nullif(told.owner, '')) AS owner,
        arg_min(team, preference) AS team,
        arg_min(claimed_team, preference) AS claimed_team,
        arg_min(workflow, preference) AS workflow,
        arg_min(cost_centre, preference) AS cost_centre,
        arg_min(environment, preference) AS environment,
        arg_min(user_id, preference) AS user_id,
        arg_min(told.task_id, preference) AS task_id,
        arg_min(single_task.task_id, preference) AS trace_task_id,
        arg_min(prompt_name, preference) AS prompt_name,
        arg_min(prompt_version, preference) AS prompt_version,
        arg_min(nullif(purpose, 'product'), preference) AS purpose,
        max(dialect_rank) AS outer_rank,
        arg_max(told.trace_id, dialect_rank) AS outer_trace_id,
        bool_or(has_usage) AS has_usage,
        bool_or(has_usage AND incomplete_because IS NULL) AS usage_told,
        arg_min(incomplete_because, preference) AS incomplete_because,
        arg_min(request_model, preference) AS request_model,
        arg_min(response_model, preference) AS response_model,
        arg_min(response_id, preference) AS response_id,
        arg_min(provider, preference) AS provider,
        arg_min(operation, preference) AS operation,
        arg_min(service_tier, preference) AS service_tier,
        arg_min(reported_cost_usd, preference) AS reported_cost_usd,
        arg_min(error_type, preference) AS error_type,
        arg_min(streamed, preference) AS streamed,
        arg_min(ttft_ms, preference) AS ttft_ms
    FROM told
    LEFT JOIN single_task
      ON single_task.sender = told.sender AND single_task.owner = told.owner AND single_task.trace_id = told.trace_id
    WHERE preference > 1
    GROUP BY call_no
),
lifetimes AS (
    -- How long the cache was written for: from whoever tells the same total by time to live.
    SELECT
        other.call_no,
        arg_min(other.cache_write_5m, other.preference) AS cache_write_5m,
        arg_min(other.cache_write_1h, other.preference) AS cache_write_1h
    FROM told AS other
    JOIN others ON others.call_no = other.call_no
    JOIN touched_spans AS winner ON winner.span_no = other.call_no
    WHERE other.preference > 1
      AND other.cache_write
          = coalesce(nullif(winner.cache_write, 0), others.cache_write, CASE WHEN winner.has_cache_write THEN 0 END)
    GROUP BY other.call_no
),
around AS (
    -- Who owes it and what it was for: the spans of the call say it, else the nearest span around them.
    SELECT
        members.call_no,
        arg_min(nullif(ancestor.owner, ''), lineage.depth) AS owner,
        arg_min(ancestor.team, lineage.depth) AS team,
        arg_min(ancestor.claimed_team, lineage.depth) AS claimed_team,
        arg_min(ancestor.workflow, lineage.depth) AS workflow,
        arg_min(ancestor.cost_centre, lineage.depth) AS cost_centre,
        arg_min(ancestor.environment, lineage.depth) AS environment,
        arg_min(ancestor.user_id, lineage.depth) AS user_id,
        arg_min(ancestor.task_id, lineage.depth) AS task_id,
        arg_min(ancestor.prompt_name, lineage.depth) AS prompt_name,
        arg_min(ancestor.prompt_version, lineage.depth) AS prompt_version,
        bool_or(ancestor.role = 'guardrail') AS in_guardrail,
        bool_or(ancestor.role = 'evaluation') AS in_evaluation
    FROM members
    JOIN lineage ON lineage.span_no = members.span_no
    JOIN touched_spans AS ancestor ON ancestor.span_no = lineage.ancestor_no
    GROUP BY members.call_no
),
known AS (
    -- The winner's numbers, with what only the others knew.
    SELECT
        winner.*,
        coalesce(CASE WHEN winner.has_input THEN winner.input_tokens END, others.input_tokens) AS all_input,
        coalesce(CASE WHEN winner.has_output THEN winner.output_tokens END, others.output_tokens) AS all_output,
        coalesce(nullif(winner.cache_read, 0), others.cache_read, winner.cache_read) AS all_cache_read,
        coalesce(nullif(winner.cache_write, 0), others.cache_write, CASE WHEN winner.has_cache_write THEN 0 END)
            AS all_cache_write,
        coalesce(CASE WHEN all_cache_write = winner.cache_write THEN winner.cache_write_5m END, lifetimes.cache_write_5m)
            AS known_5m,
        coalesce(CASE WHEN all_cache_write = winner.cache_write THEN winner.cache_write_1h END, lifetimes.cache_write_1h)
            AS known_1h,
        all_cache_write - coalesce(known_5m, 0) - coalesce(known_1h, 0) AS known_other,
        coalesce(nullif(winner.audio_in, 0), others.audio_in, winner.audio_in) AS all_audio_in,
        coalesce(nullif(winner.reasoning, 0), others.reasoning, winner.reasoning) AS all_reasoning,
        coalesce(nullif(winner.audio_out, 0), others.audio_out, winner.audio_out) AS all_audio_out,
        all_input - coalesce(all_cache_read, 0) - coalesce(all_cache_write, 0) - coalesce(all_audio_in, 0)
            AS known_uncached,
        all_output - coalesce(all_reasoning, 0) - coalesce(all_audio_out, 0) AS known_text,
        -- Details that do not fit into the winner's totals are somebody else's: the winner then stands alone.
        coalesce(known_uncached < 0 OR known_other < 0, FALSE) AS input_alone,
        coalesce(known_text < 0, FALSE) AS output_alone,
        winner.started_at < TIMESTAMP '2000-01-01'
            OR winner.started_at > winner.received_at + INTERVAL 1 DAY AS off_clock
    FROM told AS winner
    LEFT JOIN others ON others.call_no = winner.call_no
    LEFT JOIN lifetimes ON lifetimes.call_no = winner.call_no
    WHERE winner.preference = 1
)
SELECT
    winner.span_no, winner.sender,
    -- Who claimed what was not theirs to claim does not get it from their neighbours.
    coalesce(
        nullif(winner.owner, ''), others.owner,
        CASE WHEN coalesce(winner.claimed_team, others.claimed_team) IS NULL THEN around.owner END, ''
    ) AS owner,
    winner.trace_id, winner.span_id,
    -- A clock that is years off must not open a month of its own: the money is booked when it was heard of.
    CASE WHEN winner.off_clock THEN winner.received_at ELSE winner.started_at END AS started_at,
    CASE WHEN winner.off_clock THEN winner.received_at ELSE winner.ended_at END AS ended_at,
    winner.service, winner.scope_name, winner.scope_version,
    winner.dialect,
    coalesce(winner.operation, others.operation) AS operation,
    CASE
        WHEN winner.purpose <> 'product' THEN winner.purpose
        WHEN others.purpose IS NOT NULL THEN others.purpose
        WHEN around.in_guardrail THEN 'guardrail'
        WHEN around.in_evaluation THEN 'judge'
        ELSE 'product'
    END AS purpose,
    coalesce(winner.provider, others.provider) AS provider,
    coalesce(winner.response_model, others.response_model, winner.request_model, others.request_model) AS model,
    coalesce(winner.request_model, others.request_model) AS request_model,
    coalesce(winner.response_model, others.response_model) AS response_model,
    coalesce(winner.response_id, others.response_id) AS response_id,
    coalesce(winner.service_tier, others.service_tier) AS service_tier,
    CASE WHEN input_alone THEN winner.input_uncached ELSE known_uncached END AS input_uncached,
    CASE WHEN input_alone THEN winner.cache_read ELSE all_cache_read END AS cache_read,
    CASE WHEN input_alone THEN winner.cache_write_5m ELSE known_5m END AS cache_write_5m,
    CASE WHEN input_alone THEN winner.cache_write_1h ELSE known_1h END AS cache_write_1h,
    CASE
        WHEN input_alone THEN winner.cache_write_other
        WHEN known_other = 0 AND coalesce(known_5m, known_1h) IS NOT NULL THEN NULL
        ELSE known_other
    END AS cache_write_other,
    CASE WHEN input_alone THEN winner.audio_in ELSE all_audio_in END AS audio_in,
    CASE WHEN output_alone THEN winner.output_text ELSE known_text END AS output_text,
    CASE WHEN output_alone THEN winner.reasoning ELSE all_reasoning END AS reasoning,
    CASE WHEN output_alone THEN winner.audio_out ELSE all_audio_out END AS audio_out,
    winner.cache_decided_by,
    CASE
        WHEN winner.role <> 'call' THEN coalesce(
            winner.incomplete_because, others.incomplete_because,
            'a sum over an unknown number of calls: no span of theirs came')
        WHEN NOT (winner.has_usage AND winner.incomplete_because IS NULL OR coalesce(others.usage_told, FALSE))
            THEN coalesce(winner.incomplete_because, others.incomplete_because)
    END AS incomplete_because,
    coalesce(winner.reported_cost_usd, others.reported_cost_usd) AS reported_cost_usd,
    coalesce(others.duplicates, 0) AS duplicates,
    winner.has_usage OR coalesce(others.has_usage, FALSE) OR winner.status <> 'error'
        OR coalesce(winner.incomplete_because, others.incomplete_because) IS NOT NULL AS billed,
    winner.status = 'error' AS failed,
    coalesce(winner.error_type, others.error_type) AS error_type,
    CASE
        WHEN coalesce(winner.claimed_team, others.claimed_team) IS NULL
            THEN coalesce(nullif(winner.owner, ''), others.owner, around.owner, winner.team, others.team, around.team)
        ELSE coalesce(nullif(winner.owner, ''), others.owner, winner.team, others.team)
    END AS team,
    coalesce(winner.claimed_team, others.claimed_team, around.claimed_team) AS claimed_team,
    coalesce(winner.workflow, others.workflow, around.workflow) AS workflow,
    coalesce(winner.cost_centre, others.cost_centre, around.cost_centre) AS cost_centre,
    coalesce(winner.environment, others.environment, around.environment) AS environment,
    coalesce(winner.user_id, others.user_id, around.user_id) AS user_id,
    coalesce(
        winner.task_id, others.task_id, around.task_id, single_task.task_id, others.trace_task_id,
        -- The outermost emitter's trace is the unit of work; an SDK's span may be a root of its own.
        CASE WHEN others.outer_rank > winner.dialect_rank THEN others.outer_trace_id ELSE winner.trace_id END
    ) AS task_id,
    coalesce(winner.prompt_name, others.prompt_name, around.prompt_name) AS prompt_name,
    coalesce(winner.prompt_version, others.prompt_version, around.prompt_version) AS prompt_version,
    coalesce(winner.streamed, others.streamed) AS streamed,
    coalesce(winner.ttft_ms, others.ttft_ms) AS ttft_ms,
    winner.has_usage OR coalesce(others.has_usage, FALSE) AS has_usage,
    winner.signal
FROM known AS winner
LEFT JOIN others ON others.call_no = winner.call_no
LEFT JOIN around ON around.call_no = winner.call_no
LEFT JOIN single_task
  ON single_task.sender = winner.sender AND single_task.owner = winner.owner AND single_task.trace_id = winner.trace_id;

INSERT INTO touched_hours
SELECT DISTINCT date_trunc('hour', started_at), span_no >> 15 FROM fresh_calls
EXCEPT
SELECT hour_at, lot FROM touched_hours;
