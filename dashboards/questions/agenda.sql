-- What was said ahead: planned events and silences, of the reader's teams and of every team's together.
SELECT
    entry_id,
    kind,
    coalesce(team, 'Every team') AS team,
    team IS NULL AS of_everybody,
    workflow,
    about,
    starts_at,
    ends_at,
    owner,
    reason,
    most_usd_an_hour,
    incident_id,
    added_by,
    added_at,
    ended_at,
    ended_by
FROM agenda
WHERE $teams IS NULL OR agenda.team IS NULL OR list_contains($teams, agenda.team)
ORDER BY starts_at, added_at, entry_id
