-- What statements have booked so far for each month of usage: at its own close, and as corrections since.
SELECT
    usage_month,
    team,
    workflow,
    provider,
    model,
    CAST(sum(calls) AS BIGINT) AS calls,
    CAST(sum(unpriced_calls) AS BIGINT) AS unpriced_calls,
    CAST(sum(incomplete_calls) AS BIGINT) AS incomplete_calls,
    CAST(sum(input_tokens) AS BIGINT) AS input_tokens,
    CAST(sum(output_tokens) AS BIGINT) AS output_tokens,
    CAST(sum(cost_usd) AS DECIMAL(38, 12)) AS cost_usd
FROM statement_lines
GROUP BY usage_month, team, workflow, provider, model
