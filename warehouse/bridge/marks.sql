-- What began in a period and may be why a cost changed: a prompt version, a model of a workflow, a release of a service,
-- a price. Only what something else came before is a change; the first of its kind is a beginning.
WITH prompts AS (
    SELECT
        team, workflow, prompt_name, prompt_version,
        min(first_at) AS first_at,
        min(min(first_at)) OVER (PARTITION BY team, workflow, prompt_name) AS ever_at
    FROM hour_lots
    WHERE calls > 0
      AND prompt_version IS NOT NULL
      AND ($teams IS NULL OR list_contains($teams, team))
      AND ($workflow IS NULL OR workflow = $workflow)
    GROUP BY team, workflow, prompt_name, prompt_version
),
models AS (
    SELECT
        team, workflow, provider, model,
        min(hour_at) AS first_at,
        min(min(hour_at)) OVER (PARTITION BY team, workflow) AS ever_at
    FROM hours
    WHERE calls > 0
      AND purpose = 'product'
      AND ($teams IS NULL OR list_contains($teams, team))
      AND ($workflow IS NULL OR workflow = $workflow)
    GROUP BY team, workflow, provider, model
),
releases AS (
    SELECT
        spans.team, spans.service, attribute_of(resources.attributes, 'service.version') AS version,
        min(spans.started_at) AS first_at,
        min(min(spans.started_at)) OVER (PARTITION BY spans.team, spans.service) AS ever_at
    FROM spans
    INNER JOIN resources ON resources.resource_id = spans.resource_id
    WHERE attribute_of(resources.attributes, 'service.version') IS NOT NULL
      AND ($teams IS NULL OR list_contains($teams, spans.team))
      AND ($workflow IS NULL OR spans.workflow = $workflow)
    GROUP BY spans.team, spans.service, version
),
prices AS (
    SELECT
        line_no, provider, model, token_class, valid_from, usd_per_token,
        lag(usd_per_token) OVER (
            PARTITION BY layer, provider, model, token_class, service_tier, min_input_tokens, from_minute
            ORDER BY valid_from, line_no
        ) AS usd_before
    FROM price_lines
),
began AS (
    SELECT
        first_at AS began_at, 'prompt' AS kind, team, workflow,
        concat_ws(' ', prompt_name, prompt_version) AS what, NULL AS detail
    FROM prompts
    WHERE first_at > ever_at
    UNION ALL
    SELECT first_at, 'model', team, workflow, model, NULL
    FROM models
    WHERE first_at > ever_at
    UNION ALL
    SELECT first_at, 'release', team, service, version, NULL
    FROM releases
    WHERE first_at > ever_at
    UNION ALL
    SELECT
        valid_from, 'price', NULL, NULL, model,
        string_agg(
            token_class || ' ' || CAST(CAST(usd_before * 1000000 AS DECIMAL(18, 6)) AS VARCHAR)
                || ' → ' || CAST(CAST(usd_per_token * 1000000 AS DECIMAL(18, 6)) AS VARCHAR),
            ', ' ORDER BY token_class)
    FROM prices
    WHERE usd_before IS NOT NULL
      AND usd_before <> usd_per_token
      AND list_contains($price_lines, line_no)
    GROUP BY valid_from, provider, model
)
SELECT began_at, kind, team, workflow, what, detail
FROM began
WHERE began_at >= $since AND began_at < $until
ORDER BY began_at, kind, team NULLS LAST, workflow NULLS LAST, what
LIMIT $most
