/*
title  = "Coverage"
unit   = "share of billed calls"
grain  = ["team"]
params = ["since", "until", "teams"]
why    = """
How much of the ledger every other figure stands on: calls whose usage is not all there are incomplete, calls without a
price are unpriced, and neither counts as $0. The row without a team is Unattributed; its share of calls and of money is
what nobody can be charged for."""

[ratios]
share_of_calls = ["calls", "all_calls"]
share_of_cost = ["cost_usd", "all_cost_usd"]
*/
SELECT
    team,
    sum(calls) AS calls,
    sum(calls) - sum(unpriced_calls) - sum(incomplete_calls) AS priced_calls,
    sum(unpriced_calls) AS unpriced_calls,
    sum(incomplete_calls) AS incomplete_calls,
    sum(sum(calls)) OVER () AS all_calls,
    sum(cost_usd) AS cost_usd,
    sum(sum(cost_usd)) OVER () AS all_cost_usd
FROM hours
WHERE ($since IS NULL OR hour_at >= $since)
  AND ($until IS NULL OR hour_at < $until)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team
HAVING sum(calls) > 0
ORDER BY team NULLS LAST
