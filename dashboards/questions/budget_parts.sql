-- What a budget was spent on, dearest first: of a company, team, workflow, cost centre or model; the parts are all of it.
SELECT
    hours.team,
    hours.workflow,
    hours.model,
    sum(hours.calls)    AS calls,
    sum(hours.cost_usd) AS cost_usd
FROM hours
LEFT JOIN teams ON teams.team = hours.team
WHERE hours.hour_at >= $since
  AND hours.hour_at < $until
  AND CASE $of_kind
          WHEN 'company' THEN TRUE
          WHEN 'team' THEN hours.team = $of_name
          WHEN 'workflow' THEN hours.workflow = $of_name
          WHEN 'model' THEN hours.model = $of_name
          -- Accounts as on statements: what a span told stands before its team's own.
          WHEN 'cost_centre' THEN coalesce(hours.cost_centre, teams.cost_centre) = $of_name
          ELSE FALSE
      END
  AND ($of_team IS NULL OR hours.team = $of_team)
  AND ($teams IS NULL OR list_contains($teams, hours.team))
GROUP BY hours.team, hours.workflow, hours.model
HAVING sum(hours.calls) > 0
ORDER BY cost_usd DESC, hours.team, hours.workflow, hours.model
