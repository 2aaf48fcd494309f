-- What one trace comes to, over all its spans and calls that the reader may see.
WITH seen AS (
    SELECT count(*) AS spans
    FROM spans
    LEFT JOIN calls ON calls.span_no = spans.span_no
    WHERE spans.trace_id = lower($trace)
      AND ($teams IS NULL OR list_contains($teams, coalesce(calls.team, spans.team)))
),
billed AS (
    SELECT
        count(*) AS calls,
        count(unpriced_because) AS unpriced_calls,
        count(incomplete_because) AS incomplete_calls,
        coalesce(sum(cost_usd), 0) AS cost_usd
    FROM calls
    WHERE trace_id = lower($trace)
      AND billed
      AND ($teams IS NULL OR list_contains($teams, team))
)
SELECT seen.spans, billed.calls, billed.unpriced_calls, billed.incomplete_calls, billed.cost_usd
FROM seen
CROSS JOIN billed
