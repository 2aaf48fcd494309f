-- Days whose waste has to be looked for again: those of the hours that changed, and those whose calls look at them. A
-- cache is written up to three hours before it could have been read; a prompt is the same as one of a day before.
-- Before: `touched_hours`.

DELETE FROM waste_days
WHERE day IN (
    SELECT CAST(hour_at - INTERVAL 3 HOUR AS DATE) FROM touched_hours
    UNION
    SELECT CAST(hour_at AS DATE) FROM touched_hours
    UNION
    SELECT CAST(hour_at + INTERVAL 24 HOUR AS DATE) FROM touched_hours
    UNION
    SELECT CAST(hour_at + INTERVAL 25 HOUR AS DATE) FROM touched_hours
);
