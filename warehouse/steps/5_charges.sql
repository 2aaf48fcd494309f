-- The calls with their cost, and the charges that make it up.
-- Before: 5_prices.sql.

INSERT INTO charges
SELECT span_no, token_class, quantity, line_no, cost_usd
FROM priced
WHERE cost_usd IS NOT NULL AND quantity > 0
ORDER BY span_no;

INSERT INTO calls BY NAME
SELECT fresh_calls.* EXCLUDE (has_usage), costs.cost_usd, costs.cache_saved_usd, costs.unpriced_because
FROM fresh_calls
JOIN costs USING (span_no);
