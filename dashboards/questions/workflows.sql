-- Every workflow there is, in the lasting order that gives each its colour: by all it ever cost.
SELECT team, workflow
FROM hours
WHERE $teams IS NULL OR list_contains($teams, team)
GROUP BY team, workflow
ORDER BY sum(cost_usd) DESC, team, workflow
