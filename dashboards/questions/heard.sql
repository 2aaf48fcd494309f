-- Whether anything was ever heard, and when last.
SELECT count(*) AS calls, max(ended_at) AS last_at
FROM calls
WHERE $teams IS NULL OR list_contains($teams, team)
