-- The charges of one period, summed from the charges themselves: what a statement is held against.
-- A call that lacks the price of one token class has charges for the others, and no cost yet: it is left out.
SELECT CAST(coalesce(sum(charges.cost_usd), 0) AS DECIMAL(38, 12)) AS cost_usd
FROM charges
INNER JOIN calls ON calls.span_no = charges.span_no
WHERE calls.billed
  AND calls.cost_usd IS NOT NULL
  AND calls.started_at >= $since
  AND calls.started_at < $until
