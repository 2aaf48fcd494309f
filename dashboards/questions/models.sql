-- Every model there is, in the lasting order that gives each its colour: by all it ever cost.
SELECT coalesce(model, 'unknown model') AS model
FROM hours
WHERE $teams IS NULL OR list_contains($teams, team)
GROUP BY coalesce(model, 'unknown model')
ORDER BY sum(cost_usd) DESC, model
