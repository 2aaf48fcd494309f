-- The lines a month was closed with.
SELECT
    month, line_no, charge_class, usage_month, team, cost_centre, workflow, provider, model,
    calls, unpriced_calls, incomplete_calls, input_tokens, output_tokens, cost_usd, amount_usd
FROM statement_lines
WHERE month = $month
ORDER BY line_no
