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
WITH arrived AS (
    SELECT service, scope_name, scope_version, dialect, signal, claimed_team, spans, odd_times, last_at
    FROM heard
    WHERE ($since IS NULL OR hour_at >= $since)
      AND ($until IS NULL OR hour_at + INTERVAL 1 HOUR <= $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    UNION ALL
    -- Of the hours in which the period begins and ends in their midst.
    SELECT
        service, scope_name, scope_version, dialect, signal, claimed_team,
        1 AS spans, CASE WHEN quality IS NULL THEN 0 ELSE 1 END AS odd_times, received_at AS last_at
    FROM spans
    WHERE (dialect <> 'unknown' OR role = 'call')
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND (started_at < CAST($since AS TIMESTAMP) + INTERVAL 1 HOUR OR started_at >= CAST($until AS TIMESTAMP) - INTERVAL 1 HOUR)
      AND (date_trunc('hour', started_at) < $since OR date_trunc('hour', started_at) + INTERVAL 1 HOUR > $until)
      AND ($teams IS NULL OR list_contains($teams, team))
),
sent AS (
    SELECT
        coalesce(service, '') AS service, scope_name AS scope, scope_version AS version,
        sum(spans) AS spans,
        max(dialect) AS dialect,
        sum(CASE WHEN signal = 'span' THEN spans ELSE 0 END) AS traced,
        sum(CASE WHEN signal = 'log' THEN spans ELSE 0 END) AS logged,
        sum(CASE WHEN dialect = 'unknown' THEN spans ELSE 0 END) AS unknown_spans,
        sum(CASE WHEN claimed_team IS NOT NULL THEN spans ELSE 0 END) AS claimed_spans,
        count(DISTINCT claimed_team) AS claimed_teams,
        max(claimed_team) AS claimed_team,
        sum(odd_times) AS odd_times,
        max(last_at) AS last_at
    FROM arrived
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
    -- Alike calls first, so that what is said of them is looked at once and not call by call.
    SELECT
        sender, service, scope_name, scope_version, provider, model, cache_decided_by, incomplete_because,
        is_unpriced, is_claimed, is_cache_told,
        team IS NULL AS is_nobodys,
        sum(calls) AS calls,
        sum(costed_calls) AS costed_calls,
        sum(cost_usd) AS cost_usd
    FROM billed_calls($since, $until)
    WHERE ($teams IS NULL OR list_contains($teams, team))
    GROUP BY ALL
),
judged AS (
    SELECT
        coalesce(billed.service, '') AS service,
        -- A call that is made of metrics has no span: its emitter is whose points they are.
        coalesce(billed.scope_name, meters.scope, '') AS scope,
        coalesce(billed.scope_version, meters.version, '') AS version,
        billed.calls, billed.costed_calls, billed.cost_usd, billed.incomplete_because, billed.is_cache_told,
        CASE
            WHEN billed.is_unpriced
                THEN coalesce(nullif(billed.provider, ''), 'an unnamed provider') || '/'
                    || coalesce(nullif(billed.model, ''), 'an unnamed model')
        END AS unpriced_model,
        -- Only where the provider itself counts the cache outside input can an emitter have meant either.
        coalesce(
            starts_with(billed.cache_decided_by, 'assumed')
                AND (coalesce(billed.provider, '') IN ('', 'anthropic', 'aws.bedrock')
                    OR billed.model LIKE '%claude%'),
            FALSE) AS is_ambiguous,
        billed.is_nobodys, billed.is_claimed
    FROM billed
    LEFT JOIN meters
       ON billed.scope_name IS NULL AND meters.sender = billed.sender
      AND meters.service = coalesce(billed.service, '')
),
summed AS (
    SELECT
        service, scope, version,
        sum(calls) AS calls,
        sum(CASE WHEN incomplete_because IS NOT NULL THEN calls ELSE 0 END) AS incomplete_calls,
        string_agg(DISTINCT incomplete_because, ' | ' ORDER BY incomplete_because) AS incomplete_because,
        sum(CASE WHEN is_ambiguous THEN calls ELSE 0 END) AS ambiguous_calls,
        sum(CASE WHEN is_cache_told THEN calls ELSE 0 END) AS cache_told_calls,
        sum(CASE WHEN unpriced_model IS NOT NULL THEN calls ELSE 0 END) AS unpriced_calls,
        count(DISTINCT unpriced_model) AS unpriced_models,
        max(unpriced_model) AS unpriced_model,
        sum(CASE WHEN is_nobodys THEN calls ELSE 0 END) AS unattributed_calls,
        sum(calls - costed_calls) AS uncosted_calls,
        sum(cost_usd) AS cost_usd,
        sum(CASE WHEN is_ambiguous OR is_nobodys OR is_claimed THEN cost_usd ELSE 0 END) AS doubtful_usd
    FROM judged
    GROUP BY service, scope, version
),
folded AS (
    SELECT
        coalesce(service, '') AS service, scope_name AS scope, scope_version AS version,
        count(*) AS told_again
    FROM folds
    WHERE because <> 'repeats its children'
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY coalesce(service, ''), scope_name, scope_version
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
