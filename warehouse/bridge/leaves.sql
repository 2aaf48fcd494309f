-- What each model of each workflow used and cost in one period, by token class and price line.
-- Calls without a cost are counted apart: they are in no part of a bridge.
WITH told AS NOT MATERIALIZED (
    SELECT span_no, started_at, team, workflow, provider, model, cost_usd
    FROM calls
    WHERE billed
      AND started_at >= $since
      AND started_at < $until
      AND ($teams IS NULL OR list_contains($teams, team))
      AND ($workflow IS NULL OR workflow = $workflow)
      AND ($provider IS NULL OR provider = $provider)
      AND ($model IS NULL OR model = $model)
      AND ($environment IS NULL OR environment = $environment)
),
counted AS (
    SELECT
        team, workflow, provider, model,
        count(cost_usd) AS calls,
        count(*) - count(cost_usd) AS uncosted_calls
    FROM told
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
        told.team, told.workflow, told.provider, told.model, charges.token_class, charges.price_line_no,
        charges.quantity, charges.cost_usd
    FROM told
    INNER JOIN charges ON charges.span_no = told.span_no
    WHERE told.cost_usd IS NOT NULL
      AND (told.started_at < date_trunc('hour', CAST($since AS TIMESTAMP) - INTERVAL 1 MICROSECOND) + INTERVAL 1 HOUR
           OR told.started_at >= date_trunc('hour', CAST($until AS TIMESTAMP)))
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
