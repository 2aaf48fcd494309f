-- Spans that told of a request which another span tells better, by the rule that found them.
SELECT folds.because, count(*) AS spans
FROM folds
INNER JOIN calls ON calls.span_no = folds.dup_of
WHERE calls.started_at >= $since
  AND calls.started_at < $until
  AND ($teams IS NULL OR list_contains($teams, calls.team))
GROUP BY folds.because
ORDER BY spans DESC, folds.because
