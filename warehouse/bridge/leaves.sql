-- What each model of each workflow used and cost in one period, by token class and price line.
-- Calls without a cost are counted apart: they are in no part of a bridge.
WITH counted AS (
    SELECT
        team, workflow, provider, model,
        CAST(sum(costed_calls) AS BIGINT) AS calls,
        CAST(sum(calls - costed_calls) AS BIGINT) AS uncosted_calls
    FROM billed_calls($since, $until)
    WHERE ($teams IS NULL OR list_contains($teams, team))
      AND ($workflow IS NULL OR workflow = $workflow)
      AND ($provider IS NULL OR provider = $provider)
      AND ($model IS NULL OR model = $model)
      AND ($environment IS NULL OR environment = $environment)
    GROUP BY team, workflow, provider, model
),
charged AS (
    SELECT team, workflow, provider, model, token_class, price_line_no, quantity, cost_usd
    FROM charge_lots
    WHERE costed
      AND hour_at >= $since
      AND hour_at + INTERVAL 1 HOUR <= $until
      AND ($teams IS NULL OR list_contains($teams, team))
      AND ($workflow IS NULL OR workflow = $workflow)
      AND ($provider IS NULL OR provider = $provider)
      AND ($model IS NULL OR model = $model)
      AND ($environment IS NULL OR environment = $environment)
    UNION ALL
    -- Of the hours in which the period begins and ends in their midst.
    SELECT
        calls.team, calls.workflow, calls.provider, calls.model, charges.token_class, charges.price_line_no,
        charges.quantity, charges.cost_usd
    FROM calls
    INNER JOIN charges ON charges.span_no = calls.span_no
    WHERE calls.billed
      AND calls.cost_usd IS NOT NULL
      AND calls.started_at >= $since
      AND calls.started_at < $until
      AND (calls.started_at < date_trunc('hour', CAST($since AS TIMESTAMP) - INTERVAL 1 MICROSECOND) + INTERVAL 1 HOUR
           OR calls.started_at >= date_trunc('hour', CAST($until AS TIMESTAMP)))
      AND ($teams IS NULL OR list_contains($teams, calls.team))
      AND ($workflow IS NULL OR calls.workflow = $workflow)
      AND ($provider IS NULL OR calls.provider = $provider)
      AND ($model IS NULL OR calls.model = $model)
      AND ($environment IS NULL OR calls.environment = $environment)
),
used AS (
    SELECT
        team, workflow, provider, model, token_class, price_line_no,
        sum(quantity) AS quantity,
        sum(cost_usd) AS cost_usd
    FROM charged
    GROUP BY team, workflow, provider, model, token_class, price_line_no
)
SELECT
    counted.team, counted.workflow, counted.provider, counted.model, counted.calls, counted.uncosted_calls,
    used.token_class, used.price_line_no, used.quantity, used.cost_usd
FROM counted
LEFT JOIN used
  ON used.team IS NOT DISTINCT FROM counted.team
 AND used.workflow IS NOT DISTINCT FROM counted.workflow
 AND used.provider IS NOT DISTINCT FROM counted.provider
 AND used.model IS NOT DISTINCT FROM counted.model
ORDER BY ALL
