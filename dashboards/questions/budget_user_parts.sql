-- What a user's budget was spent on, dearest first.
SELECT
    team,
    workflow,
    model,
    count(*)                   AS calls,
    sum(coalesce(cost_usd, 0)) AS cost_usd
FROM calls
WHERE billed
  AND started_at >= $since
  AND started_at < $until
  AND user_id = $of_name
  AND ($of_team IS NULL OR team = $of_team)
  AND ($teams IS NULL OR list_contains($teams, team))
GROUP BY team, workflow, model
ORDER BY cost_usd DESC, team, workflow, model
