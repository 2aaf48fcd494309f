-- Every team there is, spending or not, in the lasting order that gives each its colour: by all it ever spent.
WITH spent AS (
    SELECT team, sum(cost_usd) AS cost_usd
    FROM hours
    WHERE team IS NOT NULL
    GROUP BY team
),
known AS (
    SELECT team FROM spent
    UNION
    SELECT team FROM teams
)
SELECT
    known.team,
    teams.cost_centre,
    teams.monthly_budget_usd
FROM known
LEFT JOIN spent ON spent.team = known.team
LEFT JOIN teams ON teams.team = known.team
WHERE $teams IS NULL OR list_contains($teams, known.team)
ORDER BY coalesce(spent.cost_usd, 0) DESC, known.team
