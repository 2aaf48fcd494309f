/*
title  = "What metrics count beside what calls tell"
unit   = "tokens"
grain  = ["service", "scope", "metric", "model", "token_class"]
params = ["since", "until", "teams"]
coverage = ["complete_calls", "calls"]
why    = """
Two signals of one source ought to agree. Where a metric counts more than the calls do, calls were lost on the way, or
sampled out, or never traced; where it counts less, a call is told twice or an emitter counts otherwise than it says.
Each class is compared with the same class of the calls. An export lags behind its calls: a short period never ties."""

[ratios]
gap_share = ["gap_tokens", "metric_tokens"]
*/
WITH counted AS (
    SELECT
        coalesce(points.service, '') AS service,
        points.scope_name AS scope,
        points.metric,
        coalesce(points.model, '') AS model,
        points.token_class,
        sum(increments.added) AS tokens,
        count(*) AS points
    FROM points
    INNER JOIN increments ON increments.point_no = points.point_no
    WHERE points.token_class <> 'cost'
      AND ($since IS NULL OR points.counted_at >= $since)
      AND ($until IS NULL OR points.counted_at < $until)
      AND ($teams IS NULL OR list_contains($teams, points.team))
    GROUP BY coalesce(points.service, ''), points.scope_name, points.metric, coalesce(points.model, ''),
        points.token_class
),
models AS (
    SELECT DISTINCT service, scope, metric, model FROM counted
),
matched AS (
    -- A metric may name the model by an alias of what was billed; of several that fit, the longest is meant.
    SELECT
        models.service, models.scope, models.metric, models.model,
        calls.provider IN ('anthropic', 'aws.bedrock') AS cache_stands_outside,
        calls.input_uncached, calls.cache_read, calls.output_text, calls.reasoning,
        coalesce(calls.cache_write_5m, calls.cache_write_1h, calls.cache_write_other) IS NOT NULL AS has_cache_write,
        coalesce(calls.cache_write_5m, 0) + coalesce(calls.cache_write_1h, 0) + coalesce(calls.cache_write_other, 0)
            AS cache_write,
        coalesce(calls.audio_in, 0) AS audio_in,
        coalesce(calls.audio_out, 0) AS audio_out,
        CASE WHEN calls.incomplete_because IS NULL THEN 1 ELSE 0 END AS complete,
        row_number() OVER (
            PARTITION BY models.service, models.scope, models.metric, calls.span_no
            ORDER BY length(models.model) DESC
        ) AS choice
    FROM calls
    INNER JOIN models
       ON coalesce(calls.service, '') = models.service
      AND (
          models.model = ''
          OR models.model IN (calls.model, calls.request_model, calls.response_model)
          OR starts_with(calls.model, models.model || '-')
      )
    WHERE calls.billed
      AND ($since IS NULL OR calls.started_at >= $since)
      AND ($until IS NULL OR calls.started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, calls.team))
),
told AS (
    SELECT
        service, scope, metric, model,
        count(*) AS calls,
        sum(complete) AS complete_calls,
        sum(input_uncached) AS input_uncached,
        sum(cache_read) AS cache_read,
        sum(CASE WHEN has_cache_write THEN cache_write END) AS cache_write,
        sum(input_uncached + coalesce(cache_read, 0) + cache_write + audio_in) AS input_tokens,
        sum(CASE
            WHEN cache_stands_outside THEN input_uncached
            ELSE input_uncached + coalesce(cache_read, 0) + cache_write + audio_in
        END) AS input_api,
        sum(output_text) AS output_text,
        sum(reasoning) AS reasoning,
        sum(output_text + coalesce(reasoning, 0) + audio_out) AS output_tokens
    FROM matched
    WHERE choice = 1
    GROUP BY service, scope, metric, model
),
compared AS (
    SELECT
        counted.service, counted.scope, counted.metric, counted.model, counted.token_class, counted.points,
        CAST(counted.tokens AS BIGINT) AS metric_tokens,
        CASE counted.token_class
            WHEN 'input' THEN told.input_tokens
            WHEN 'input_uncached' THEN told.input_uncached
            WHEN 'input_api' THEN told.input_api
            WHEN 'cache_read' THEN told.cache_read
            WHEN 'cache_write' THEN told.cache_write
            WHEN 'output' THEN told.output_tokens
            WHEN 'output_text' THEN told.output_text
            WHEN 'reasoning' THEN told.reasoning
        END AS call_tokens,
        coalesce(told.calls, 0) AS calls,
        coalesce(told.complete_calls, 0) AS complete_calls
    FROM counted
    LEFT JOIN told
      ON told.service = counted.service AND told.scope = counted.scope
     AND told.metric = counted.metric AND told.model = counted.model
)
SELECT
    nullif(service, '') AS service,
    scope,
    metric,
    nullif(model, '') AS model,
    token_class,
    points,
    calls,
    complete_calls,
    metric_tokens,
    call_tokens,
    metric_tokens - coalesce(call_tokens, 0) AS gap_tokens
FROM compared
ORDER BY abs(metric_tokens - coalesce(call_tokens, 0)) DESC, service NULLS LAST, scope, metric, model NULLS LAST,
    token_class
