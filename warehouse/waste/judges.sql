/*
place    = 10
title    = "Judges beyond a tenth"
rule     = """
What the judges of a workflow cost beyond a tenth of what its answers cost in the period, by the calls that went beyond
it. A judge is worth its price up to a point; this is where to ask."""
mends    = "Judge a sample, or with a smaller model."
daily    = false
estimate = false
*/
WITH answers AS (
    SELECT team, workflow, sum(cost_usd) AS cost_usd
    FROM hours
    WHERE purpose = 'product'
      AND ($since IS NULL OR hour_at >= $since)
      AND ($until IS NULL OR hour_at < $until)
    GROUP BY team, workflow
),
judges AS (
    SELECT
        span_no, team, workflow, cost_usd,
        sum(cost_usd) OVER (PARTITION BY team, workflow ORDER BY started_at, span_no) AS so_far_usd
    FROM calls
    WHERE purpose = 'judge'
      AND billed
      AND cost_usd > 0
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
)
SELECT judges.span_no, judges.cost_usd AS waste_usd, 'beyond a tenth of what the answers cost' AS because
FROM judges
LEFT JOIN answers
  ON answers.team IS NOT DISTINCT FROM judges.team AND answers.workflow IS NOT DISTINCT FROM judges.workflow
WHERE judges.so_far_usd * 10 > coalesce(answers.cost_usd, 0)
