-- What was booked for one month of usage, and how much of that by corrections after its own close.
SELECT
    CAST(coalesce(sum(cost_usd), 0) AS DECIMAL(38, 12)) AS cost_usd,
    CAST(coalesce(sum(CASE WHEN month <> usage_month THEN cost_usd END), 0) AS DECIMAL(38, 12)) AS corrected_usd
FROM statement_lines
WHERE usage_month = $usage_month
