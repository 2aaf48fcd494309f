/*
title  = "Spend by cost centre"
unit   = "USD"
grain  = ["cost_centre"]
params = ["since", "until", "teams"]
why    = """
The account each team's spend is booked to. A team without a cost centre in outlay.toml, and what is Unattributed,
stand in the row without one."""
*/
SELECT
    teams.cost_centre,
    sum(hours.calls) AS calls,
    sum(hours.cost_usd) AS cost_usd,
    sum(hours.unpriced_calls) AS unpriced_calls,
    sum(hours.incomplete_calls) AS incomplete_calls
FROM hours
LEFT JOIN teams ON teams.team = hours.team
WHERE ($since IS NULL OR hours.hour_at >= $since)
  AND ($until IS NULL OR hours.hour_at < $until)
  AND ($teams IS NULL OR list_contains($teams, hours.team))
GROUP BY teams.cost_centre
HAVING sum(hours.calls) > 0
ORDER BY cost_usd DESC, cost_centre NULLS LAST
