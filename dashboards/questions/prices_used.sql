-- The price lines that made the charges of the period: each with what it was used for.
-- A line that holds since ever has no date.
WITH charged AS (
    SELECT price_line_no, quantity, cost_usd
    FROM charge_lots
    WHERE hour_at >= $since
      AND hour_at + INTERVAL 1 HOUR <= $until
      AND ($teams IS NULL OR list_contains($teams, team))
      AND ($environment IS NULL OR environment = $environment)
    UNION ALL
    -- Of the hours in which the period begins and ends in their midst.
    SELECT charges.price_line_no, charges.quantity, charges.cost_usd
    FROM charges
    INNER JOIN calls ON calls.span_no = charges.span_no
    WHERE calls.started_at >= $since
      AND calls.started_at < $until
      AND (calls.started_at < date_trunc('hour', CAST($since AS TIMESTAMP) - INTERVAL 1 MICROSECOND) + INTERVAL 1 HOUR
           OR calls.started_at >= date_trunc('hour', CAST($until AS TIMESTAMP)))
      AND ($teams IS NULL OR list_contains($teams, calls.team))
      AND ($environment IS NULL OR calls.environment = $environment)
),
used AS (
    SELECT price_line_no, sum(quantity) AS tokens, sum(cost_usd) AS cost_usd
    FROM charged
    GROUP BY price_line_no
)
SELECT
    price_lines.provider,
    price_lines.model,
    price_lines.token_class,
    price_lines.usd_per_token * 1000000 AS usd_per_million,
    price_lines.layer,
    price_lines.service_tier,
    price_lines.min_input_tokens,
    CASE
        WHEN price_lines.valid_from > TIMESTAMP '1970-01-01 00:00:00' THEN CAST(price_lines.valid_from AS DATE)
    END AS valid_from,
    price_lines.source,
    sum(used.tokens) AS tokens,
    sum(used.cost_usd) AS cost_usd
FROM used
INNER JOIN price_lines ON price_lines.line_no = used.price_line_no
GROUP BY ALL
ORDER BY cost_usd DESC, price_lines.provider, price_lines.model, price_lines.token_class
