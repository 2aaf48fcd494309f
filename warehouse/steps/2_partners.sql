-- Where a chain of look-alikes is cut: traces that tell of calls of the touched ones are touched too, for of two that were
-- one call before, one alone would be billed again.

INSERT INTO touched_traces
WITH partners AS (
    SELECT dup_of AS span_no FROM folds WHERE span_no IN (SELECT span_no FROM claims)
    UNION
    SELECT span_no FROM folds WHERE dup_of IN (SELECT span_no FROM claims)
)
SELECT sender, trace_id, min(started_at) AS first_at, max(ended_at) AS last_at
FROM spans
SEMI JOIN partners USING (span_no)
ANTI JOIN touched_traces USING (sender, trace_id)
GROUP BY sender, trace_id;
