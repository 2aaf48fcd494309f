/*
title  = "Emitter health"
unit   = "calls"
grain  = ["service", "scope", "version"]
params = ["since", "until", "teams"]
why    = """
Whether each sender's numbers can be trusted, and what to mend first: per service and instrumentation, how many of its
calls told their usage, of how many the cache had to be guessed, what is unpriced or nobody's, what it claimed for others,
what was refused. A call is counted where its numbers come from; a span that told of it again stands under told_again.
cost_usd is known, doubtful_usd the part of it that may be wrong or somebody else's; uncosted calls have no cost yet."""
*/
WITH sent AS (
    SELECT
        coalesce(service, '') AS service, scope_name AS scope, scope_version AS version,
        count(*) AS spans,
        max(dialect) AS dialect,
        count(CASE WHEN signal = 'span' THEN 1 END) AS traced,
        count(CASE WHEN signal = 'log' THEN 1 END) AS logged,
        count(CASE WHEN dialect = 'unknown' THEN 1 END) AS unknown_spans,
        count(claimed_team) AS claimed_spans,
        count(DISTINCT claimed_team) AS claimed_teams,
        max(claimed_team) AS claimed_team,
        count(quality) AS odd_times,
        max(received_at) AS last_at
    FROM spans
    WHERE (dialect <> 'unknown' OR role = 'call')
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY coalesce(service, ''), scope_name, scope_version
),
counted AS (
    SELECT
        coalesce(service, '') AS service, scope_name AS scope, scope_version AS version,
        count(*) AS points,
        max(dialect) AS dialect,
        max(received_at) AS last_at
    FROM points
    WHERE ($since IS NULL OR counted_at >= $since)
      AND ($until IS NULL OR counted_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY coalesce(service, ''), scope_name, scope_version
),
meters AS (
    SELECT sender, coalesce(service, '') AS service, max(scope_name) AS scope, max(scope_version) AS version
    FROM points
    WHERE ($teams IS NULL OR list_contains($teams, team))
    GROUP BY sender, coalesce(service, '')
),
billed AS (
    -- A call that is made of metrics has no span: its emitter is whose points they are.
    SELECT
        coalesce(calls.service, '') AS service,
        coalesce(spans.scope_name, meters.scope, '') AS scope,
        coalesce(spans.scope_version, meters.version, '') AS version,
        calls.incomplete_because, calls.unpriced_because, calls.team, calls.cost_usd,
        coalesce(nullif(calls.provider, ''), 'an unnamed provider') || '/'
            || coalesce(nullif(calls.model, ''), 'an unnamed model') AS model,
        coalesce(calls.cache_read, calls.cache_write_5m, calls.cache_write_1h, calls.cache_write_other) IS NOT NULL
            AS cache_told,
        -- Only where the provider itself counts the cache outside input can an emitter have meant either.
        coalesce(
            starts_with(calls.cache_decided_by, 'assumed')
                AND (coalesce(calls.provider, '') IN ('', 'anthropic', 'aws.bedrock') OR calls.model LIKE '%claude%'),
            FALSE) AS is_ambiguous,
        calls.claimed_team IS NOT NULL AS is_claimed
    FROM calls
    LEFT JOIN spans ON spans.span_no = calls.span_no
    LEFT JOIN meters
       ON spans.span_no IS NULL AND meters.sender = calls.sender AND meters.service = coalesce(calls.service, '')
    WHERE calls.billed
      AND ($since IS NULL OR calls.started_at >= $since)
      AND ($until IS NULL OR calls.started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, calls.team))
),
summed AS (
    SELECT
        service, scope, version,
        count(*) AS calls,
        count(incomplete_because) AS incomplete_calls,
        string_agg(DISTINCT incomplete_because, ' | ' ORDER BY incomplete_because) AS incomplete_because,
        count(CASE WHEN is_ambiguous THEN 1 END) AS ambiguous_calls,
        count(CASE WHEN cache_told THEN 1 END) AS cache_told_calls,
        count(unpriced_because) AS unpriced_calls,
        count(DISTINCT CASE WHEN unpriced_because IS NOT NULL THEN model END) AS unpriced_models,
        max(CASE WHEN unpriced_because IS NOT NULL THEN model END) AS unpriced_model,
        count(CASE WHEN team IS NULL THEN 1 END) AS unattributed_calls,
        count(CASE WHEN cost_usd IS NULL THEN 1 END) AS uncosted_calls,
        sum(coalesce(cost_usd, 0)) AS cost_usd,
        sum(CASE WHEN is_ambiguous OR team IS NULL OR is_claimed THEN coalesce(cost_usd, 0) ELSE 0 END) AS doubtful_usd
    FROM billed
    GROUP BY service, scope, version
),
folded AS (
    SELECT
        coalesce(spans.service, '') AS service, spans.scope_name AS scope, spans.scope_version AS version,
        count(*) AS told_again
    FROM folds
    INNER JOIN spans ON spans.span_no = folds.span_no
    WHERE folds.because <> 'repeats its children'
      AND ($since IS NULL OR spans.started_at >= $since)
      AND ($until IS NULL OR spans.started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, spans.team))
    GROUP BY coalesce(spans.service, ''), spans.scope_name, spans.scope_version
),
refused_beside AS (
    -- A refused record is its request's, and a request is the emitter's whose span stands first in it.
    SELECT
        journal_day, journal_seq,
        arg_min(coalesce(service, ''), span_no) AS service,
        arg_min(scope_name, span_no) AS scope,
        arg_min(scope_version, span_no) AS version
    FROM spans
    WHERE (journal_day, journal_seq) IN (SELECT (journal_day, journal_seq) FROM faults)
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY journal_day, journal_seq
),
refused AS (
    SELECT
        refused_beside.service, refused_beside.scope, refused_beside.version,
        count(*) AS faults,
        max(faults.sentence) AS fault
    FROM refused_beside
    INNER JOIN faults
       ON faults.journal_day = refused_beside.journal_day AND faults.journal_seq = refused_beside.journal_seq
    WHERE ($since IS NULL OR faults.received_at >= $since)
      AND ($until IS NULL OR faults.received_at < $until)
      AND ($teams IS NULL OR list_contains($teams, faults.sender))
    GROUP BY refused_beside.service, refused_beside.scope, refused_beside.version
),
emitters AS (
    SELECT service, scope, version FROM sent
    UNION
    SELECT service, scope, version FROM counted
    UNION
    SELECT service, scope, version FROM summed
    UNION
    SELECT service, scope, version FROM refused
)
SELECT
    nullif(service, '') AS service,
    scope,
    version,
    coalesce(sent.dialect, counted.dialect) AS dialect,
    concat_ws(', ',
        CASE WHEN sent.traced > 0 THEN 'traces' END,
        CASE WHEN sent.logged > 0 THEN 'logs' END,
        CASE WHEN counted.points > 0 THEN 'metrics' END) AS signals,
    coalesce(sent.spans, 0) AS spans,
    coalesce(counted.points, 0) AS points,
    coalesce(summed.calls, 0) AS calls,
    coalesce(summed.calls - summed.incomplete_calls, 0) AS complete_calls,
    coalesce(summed.incomplete_calls, 0) AS incomplete_calls,
    summed.incomplete_because,
    coalesce(summed.ambiguous_calls, 0) AS ambiguous_calls,
    coalesce(summed.cache_told_calls, 0) AS cache_told_calls,
    coalesce(folded.told_again, 0) AS told_again,
    coalesce(sent.unknown_spans, 0) AS unknown_spans,
    coalesce(summed.unpriced_calls, 0) AS unpriced_calls,
    coalesce(summed.unpriced_models, 0) AS unpriced_models,
    summed.unpriced_model,
    coalesce(summed.unattributed_calls, 0) AS unattributed_calls,
    coalesce(sent.claimed_spans, 0) AS claimed_spans,
    coalesce(sent.claimed_teams, 0) AS claimed_teams,
    sent.claimed_team,
    coalesce(refused.faults, 0) AS faults,
    refused.fault,
    coalesce(sent.odd_times, 0) AS odd_times,
    coalesce(summed.uncosted_calls, 0) AS uncosted_calls,
    coalesce(summed.cost_usd, 0) AS cost_usd,
    coalesce(summed.doubtful_usd, 0) AS doubtful_usd,
    greatest(sent.last_at, counted.last_at) AS last_at
FROM emitters
LEFT JOIN sent USING (service, scope, version)
LEFT JOIN counted USING (service, scope, version)
LEFT JOIN summed USING (service, scope, version)
LEFT JOIN folded USING (service, scope, version)
LEFT JOIN refused USING (service, scope, version)
ORDER BY doubtful_usd DESC, uncosted_calls DESC, service NULLS LAST, scope, version
