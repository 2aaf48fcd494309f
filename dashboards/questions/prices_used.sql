-- The price lines that made the charges of the period: each with what it was used for.
-- A line that holds since ever has no date.
WITH used AS (
    SELECT charges.price_line_no, sum(charges.quantity) AS tokens, sum(charges.cost_usd) AS cost_usd
    FROM charges
    INNER JOIN calls ON calls.span_no = charges.span_no
    WHERE calls.started_at >= $since
      AND calls.started_at < $until
      AND ($teams IS NULL OR list_contains($teams, calls.team))
      AND ($environment IS NULL OR calls.environment = $environment)
    GROUP BY charges.price_line_no
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
