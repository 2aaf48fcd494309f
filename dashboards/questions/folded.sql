-- Spans that told of a request which another span tells better, by the rule that found them.
WITH lots AS (
    SELECT lot, min(hour_at) AS since_at, max(hour_at) + INTERVAL 1 HOUR AS until_at FROM hour_lots GROUP BY lot
),
settled AS (
    -- Of a lot all of whose calls are in the period, or none, nobody looks which of them it was that a span told of.
    SELECT lot, since_at >= $since AND until_at <= $until AS counted
    FROM lots
    WHERE since_at >= $until OR until_at <= $since OR ($teams IS NULL AND since_at >= $since AND until_at <= $until)
),
others AS MATERIALIZED (
    -- By themselves, so that the calls are searched for these few.
    SELECT folds.because, folds.dup_of FROM folds ANTI JOIN settled ON settled.lot = folds.dup_of >> 15
),
told AS (
    SELECT folds.because
    FROM folds
    INNER JOIN settled ON settled.lot = folds.dup_of >> 15
    WHERE settled.counted
    UNION ALL
    SELECT others.because
    FROM others
    INNER JOIN calls ON calls.span_no = others.dup_of
    WHERE calls.started_at >= $since
      AND calls.started_at < $until
      AND ($teams IS NULL OR list_contains($teams, calls.team))
)
SELECT because, count(*) AS spans
FROM told
GROUP BY because
ORDER BY spans DESC, because
