-- The price books that made the charges of one period.
SELECT DISTINCT price_lines.book_version
FROM charges
INNER JOIN calls ON calls.span_no = charges.span_no
INNER JOIN price_lines ON price_lines.line_no = charges.price_line_no
WHERE calls.billed
  AND calls.started_at >= $since
  AND calls.started_at < $until
ORDER BY price_lines.book_version
