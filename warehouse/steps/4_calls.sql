-- One row a billed request: the winner's numbers, with what only the others knew filled in.
-- Before: `fresh_folds` (span_no, dup_of, because) from fold.py and the aggregates that repeat their children.

CREATE OR REPLACE TEMP TABLE touched_hours AS
SELECT DISTINCT date_trunc('hour', calls.started_at) AS hour_at, calls.span_no >> 15 AS lot
FROM calls
SEMI JOIN touched_spans ON touched_spans.span_no = calls.span_no;

DELETE FROM charges WHERE span_no IN (SELECT span_no FROM claims);
DELETE FROM calls WHERE span_no IN (SELECT span_no FROM claims);
DELETE FROM folds WHERE span_no IN (SELECT span_no FROM claims);
INSERT INTO folds SELECT span_no, dup_of, because FROM fresh_folds;

CREATE OR REPLACE TEMP TABLE members AS
WITH ranked AS (
    -- By itself, because to rank is to sort: whole spans would be sorted with it.
    SELECT
        coalesce(fresh_folds.dup_of, claims.span_no) AS call_no,
        claims.span_no,
        row_number() OVER (
            PARTITION BY coalesce(fresh_folds.dup_of, claims.span_no)
            ORDER BY claims.span_no <> coalesce(fresh_folds.dup_of, claims.span_no), NOT claims.has_usage,
                claims.dialect_rank, claims.trace_id, claims.span_id
        ) AS preference
    FROM claims
    LEFT JOIN fresh_folds ON fresh_folds.span_no = claims.span_no
    WHERE fresh_folds.because IS NULL OR fresh_folds.because <> 'repeats its children'
)
SELECT
    ranked.call_no,
    touched_spans.*,
    touched_spans.started_at < TIMESTAMP '2000-01-01'
        OR touched_spans.started_at > touched_spans.received_at + INTERVAL 1 DAY AS off_clock,
    ranked.preference
FROM ranked
JOIN touched_spans ON touched_spans.span_no = ranked.span_no;

CREATE OR REPLACE TEMP TABLE told_usage AS
WITH totals AS (
    -- An explicit 0 is weak evidence in a cache class: some emitters write it for "not looked".
    SELECT
        call_no,
        arg_min(CASE WHEN has_input THEN input_tokens END, preference) AS input_tokens,
        arg_min(CASE WHEN has_output THEN output_tokens END, preference) AS output_tokens,
        coalesce(arg_min(nullif(cache_read, 0), preference), min(cache_read)) AS cache_read,
        coalesce(arg_min(nullif(cache_write, 0), preference), min(CASE WHEN has_cache_write THEN 0 END)) AS cache_write,
        coalesce(arg_min(nullif(audio_in, 0), preference), min(audio_in)) AS audio_in,
        coalesce(arg_min(nullif(reasoning, 0), preference), min(reasoning)) AS reasoning,
        coalesce(arg_min(nullif(audio_out, 0), preference), min(audio_out)) AS audio_out
    FROM members
    GROUP BY call_no
),
lifetimes AS (
    -- How long the cache was written for: from whoever tells the same total by time to live.
    SELECT
        members.call_no,
        arg_min(cache_write_5m, preference) AS cache_write_5m,
        arg_min(cache_write_1h, preference) AS cache_write_1h
    FROM members
    JOIN totals ON totals.call_no = members.call_no AND totals.cache_write = members.cache_write
    GROUP BY members.call_no
),
filled AS (
    SELECT
        totals.call_no,
        totals.input_tokens - coalesce(totals.cache_read, 0) - coalesce(totals.cache_write, 0)
            - coalesce(totals.audio_in, 0) AS input_uncached,
        totals.cache_read,
        lifetimes.cache_write_5m,
        lifetimes.cache_write_1h,
        totals.cache_write - coalesce(lifetimes.cache_write_5m, 0) - coalesce(lifetimes.cache_write_1h, 0)
            AS cache_write_other,
        totals.audio_in,
        totals.output_tokens - coalesce(totals.reasoning, 0) - coalesce(totals.audio_out, 0) AS output_text,
        totals.reasoning,
        totals.audio_out
    FROM totals
    LEFT JOIN lifetimes USING (call_no)
)
SELECT
    winner.call_no,
    -- Details that do not fit into the winner's totals are somebody else's: the winner then stands alone.
    coalesce(filled.input_uncached < 0 OR filled.cache_write_other < 0, FALSE) AS input_alone,
    coalesce(filled.output_text < 0, FALSE) AS output_alone,
    CASE WHEN input_alone THEN winner.input_uncached ELSE filled.input_uncached END AS input_uncached,
    CASE WHEN input_alone THEN winner.cache_read ELSE filled.cache_read END AS cache_read,
    CASE WHEN input_alone THEN winner.cache_write_5m ELSE filled.cache_write_5m END AS cache_write_5m,
    CASE WHEN input_alone THEN winner.cache_write_1h ELSE filled.cache_write_1h END AS cache_write_1h,
    CASE
        WHEN input_alone THEN winner.cache_write_other
        WHEN filled.cache_write_other = 0 AND coalesce(filled.cache_write_5m, filled.cache_write_1h) IS NOT NULL THEN NULL
        ELSE filled.cache_write_other
    END AS cache_write_other,
    CASE WHEN input_alone THEN winner.audio_in ELSE filled.audio_in END AS audio_in,
    CASE WHEN output_alone THEN winner.output_text ELSE filled.output_text END AS output_text,
    CASE WHEN output_alone THEN winner.reasoning ELSE filled.reasoning END AS reasoning,
    CASE WHEN output_alone THEN winner.audio_out ELSE filled.audio_out END AS audio_out
FROM members AS winner
JOIN filled USING (call_no)
WHERE winner.preference = 1;

-- Who owes it and what it was for: the spans of the call say it, else the nearest span around them.
CREATE OR REPLACE TEMP TABLE told_owner AS
WITH around AS (
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
single_task AS (
    SELECT sender, owner, trace_id, min(task_id) AS task_id
    FROM touched_spans
    WHERE task_id IS NOT NULL
    GROUP BY sender, owner, trace_id
    HAVING count(DISTINCT task_id) = 1
),
own AS (
    SELECT
        members.call_no,
        max(nullif(members.owner, '')) AS owner,
        arg_min(team, preference) AS team,
        arg_min(claimed_team, preference) AS claimed_team,
        arg_min(workflow, preference) AS workflow,
        arg_min(cost_centre, preference) AS cost_centre,
        arg_min(environment, preference) AS environment,
        arg_min(user_id, preference) AS user_id,
        arg_min(members.task_id, preference) AS task_id,
        arg_min(single_task.task_id, preference) AS trace_task_id,
        arg_min(prompt_name, preference) AS prompt_name,
        arg_min(prompt_version, preference) AS prompt_version,
        arg_min(nullif(purpose, 'product'), preference) AS purpose,
        -- The outermost emitter's trace is the unit of work; an SDK's span may be a root of its own.
        arg_max(members.trace_id, dialect_rank) AS outer_trace_id,
        count(*) - 1 AS duplicates,
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
    FROM members
    LEFT JOIN single_task
      ON single_task.sender = members.sender AND single_task.owner = members.owner
     AND single_task.trace_id = members.trace_id
    GROUP BY members.call_no
)
SELECT
    own.* EXCLUDE (owner, team, claimed_team, workflow, cost_centre, environment, user_id, task_id, trace_task_id,
        outer_trace_id, prompt_name, prompt_version, purpose),
    -- Who claimed what was not theirs to claim does not get it from their neighbours.
    CASE WHEN own.claimed_team IS NULL THEN coalesce(own.owner, around.owner, '') ELSE coalesce(own.owner, '') END
        AS owner,
    CASE
        WHEN own.claimed_team IS NULL THEN coalesce(own.owner, around.owner, own.team, around.team)
        ELSE coalesce(own.owner, own.team)
    END AS team,
    coalesce(own.claimed_team, around.claimed_team) AS claimed_team,
    coalesce(own.workflow, around.workflow) AS workflow,
    coalesce(own.cost_centre, around.cost_centre) AS cost_centre,
    coalesce(own.environment, around.environment) AS environment,
    coalesce(own.user_id, around.user_id) AS user_id,
    coalesce(own.task_id, around.task_id, own.trace_task_id, own.outer_trace_id) AS task_id,
    coalesce(own.prompt_name, around.prompt_name) AS prompt_name,
    coalesce(own.prompt_version, around.prompt_version) AS prompt_version,
    CASE
        WHEN own.purpose IS NOT NULL THEN own.purpose
        WHEN around.in_guardrail THEN 'guardrail'
        WHEN around.in_evaluation THEN 'judge'
        ELSE 'product'
    END AS purpose
FROM own
LEFT JOIN around USING (call_no);

CREATE OR REPLACE TEMP TABLE fresh_calls AS
SELECT
    winner.span_no, winner.sender, told_owner.owner, winner.trace_id, winner.span_id,
    -- A clock that is years off must not open a month of its own: the money is booked when it was heard of.
    CASE WHEN winner.off_clock THEN winner.received_at ELSE winner.started_at END AS started_at,
    CASE WHEN winner.off_clock THEN winner.received_at ELSE winner.ended_at END AS ended_at,
    winner.service, winner.scope_name, winner.scope_version,
    winner.dialect, told_owner.operation, told_owner.purpose, told_owner.provider,
    coalesce(told_owner.response_model, told_owner.request_model) AS model,
    told_owner.request_model, told_owner.response_model, told_owner.response_id, told_owner.service_tier,
    told_usage.input_uncached, told_usage.cache_read, told_usage.cache_write_5m, told_usage.cache_write_1h,
    told_usage.cache_write_other, told_usage.audio_in, told_usage.output_text, told_usage.reasoning,
    told_usage.audio_out,
    winner.cache_decided_by,
    CASE
        WHEN winner.role <> 'call' THEN coalesce(
            told_owner.incomplete_because, 'a sum over an unknown number of calls: no span of theirs came')
        WHEN NOT told_owner.usage_told THEN told_owner.incomplete_because
    END AS incomplete_because,
    told_owner.reported_cost_usd,
    told_owner.duplicates,
    told_owner.has_usage OR winner.status <> 'error' OR told_owner.incomplete_because IS NOT NULL AS billed,
    winner.status = 'error' AS failed,
    told_owner.error_type, told_owner.team, told_owner.claimed_team, told_owner.workflow, told_owner.cost_centre,
    told_owner.environment, told_owner.user_id, told_owner.task_id, told_owner.prompt_name, told_owner.prompt_version,
    told_owner.streamed, told_owner.ttft_ms,
    told_owner.has_usage,
    winner.signal
FROM members AS winner
JOIN told_usage USING (call_no)
JOIN told_owner USING (call_no)
WHERE winner.preference = 1;

INSERT INTO touched_hours
SELECT DISTINCT date_trunc('hour', started_at), span_no >> 15 FROM fresh_calls
EXCEPT
SELECT hour_at, lot FROM touched_hours;
