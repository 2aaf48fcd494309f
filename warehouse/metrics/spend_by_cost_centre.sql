/*
title  = "Spend by cost centre"
unit   = "USD"
grain  = ["cost_centre"]
params = ["since", "until", "teams"]
why    = """
The account that spend is booked to: the one its spans name, else the one of their team in outlay.toml. What has
neither stands in the row without one."""
*/
SELECT
    coalesce(hours.cost_centre, teams.cost_centre) AS cost_centre,
    sum(hours.calls) AS calls,
    sum(hours.cost_usd) AS cost_usd,
    sum(hours.unpriced_calls) AS unpriced_calls,
    sum(hours.incomplete_calls) AS incomplete_calls
FROM hours
LEFT JOIN teams ON teams.team = hours.team
WHERE ($since IS NULL OR hours.hour_at >= $since)
  AND ($until IS NULL OR hours.hour_at < $until)
  AND ($teams IS NULL OR list_contains($teams, hours.team))
GROUP BY coalesce(hours.cost_centre, teams.cost_centre)
HAVING sum(hours.calls) > 0
ORDER BY cost_usd DESC, cost_centre NULLS LAST
