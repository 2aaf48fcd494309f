-- How much is known.
SELECT
    (SELECT count(*) FROM spans WHERE $teams IS NULL OR list_contains($teams, team)) AS spans,
    (SELECT count(*) FROM calls WHERE billed AND ($teams IS NULL OR list_contains($teams, team))) AS calls
