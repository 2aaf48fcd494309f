-- Who changed what, when and why, of the reader's teams, the latest first.
SELECT
    audit_no,
    done_at,
    done_by,
    what,
    about,
    about_id,
    team,
    reason,
    detail
FROM audit
WHERE done_at >= $since AND done_at < $until AND ($teams IS NULL OR list_contains($teams, team))
ORDER BY audit_no DESC
LIMIT $most
