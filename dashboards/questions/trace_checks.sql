-- What guardrails and evaluations found in one trace, in order.
SELECT checked_at, kind, name, source, result, score, label
FROM task_checks
WHERE trace_id = lower($trace)
  AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY checked_at, kind, name
LIMIT $most
