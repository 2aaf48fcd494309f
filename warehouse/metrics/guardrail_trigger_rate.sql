/*
title    = "Guardrail-trigger rate"
unit     = "share of evaluated checks"
grain    = ["guardrail", "action"]
params   = ["since", "until", "teams"]
coverage = ["evaluated", "checks"]
why      = """
How often a guardrail steps in: checks that blocked, rewrote or flagged, over the checks it evaluated, with the 95 %
Wilson interval. The action 'any' is the three together, and is there for a guardrail that never stepped in. A check
whose result does not say what happened is not evaluated: coverage is the share that does. What guardrails cost is the
guardrail row of spend_by_purpose."""

[rates]
trigger_rate = ["triggered", "evaluated"]
*/
WITH seen AS (
    SELECT checks.name AS guardrail, checks.result
    FROM checks
    INNER JOIN spans ON spans.span_no = checks.span_no
    WHERE checks.kind = 'guardrail'
      AND ($since IS NULL OR checks.checked_at >= $since)
      AND ($until IS NULL OR checks.checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, spans.team))
),
guardrails AS (
    SELECT
        guardrail,
        count(*) AS checks,
        count(CASE WHEN result IN ('passed', 'blocked', 'rewritten', 'flagged') THEN 1 END) AS evaluated,
        count(CASE WHEN result IN ('blocked', 'rewritten', 'flagged') THEN 1 END) AS triggered
    FROM seen
    GROUP BY guardrail
),
actions AS (
    SELECT guardrail, result AS action, count(*) AS triggered
    FROM seen
    WHERE result IN ('blocked', 'rewritten', 'flagged')
    GROUP BY guardrail, result
    UNION ALL
    SELECT guardrail, 'any' AS action, triggered
    FROM guardrails
)
SELECT
    actions.guardrail,
    actions.action,
    guardrails.checks,
    guardrails.evaluated,
    actions.triggered
FROM actions
INNER JOIN guardrails ON guardrails.guardrail = actions.guardrail
ORDER BY actions.guardrail, actions.action
