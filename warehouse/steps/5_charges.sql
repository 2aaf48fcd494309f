-- The charges that make up what calls cost.
-- Before: 5_prices.sql.

INSERT INTO charges
SELECT span_no, token_class, quantity, line_no, cost_usd
FROM priced
WHERE cost_usd IS NOT NULL AND quantity > 0
ORDER BY span_no;
