-- What each data point adds to what was counted before it, for the touched sources' touched days.
-- Before: `touched_meters`. A delta point adds its value. A cumulative one adds what it is above the one before it in
-- its series since the same start; after a fall the counter began again, so all of it. The first point of a start adds
-- all of it too, unless nobody knows when its counting began (then it only says where it stands).

CREATE OR REPLACE TEMP TABLE fresh_increments AS
WITH sources AS (
    SELECT sender, service, instance_id, session_id, min(metered_on) AS since_on
    FROM touched_meters
    GROUP BY sender, service, instance_id, session_id
),
known AS (
    SELECT points.*, CAST(points.counted_at AS DATE) < sources.since_on AS is_earlier
    FROM points
    JOIN sources
      ON sources.sender = points.sender
     AND sources.service IS NOT DISTINCT FROM points.service
     AND sources.instance_id IS NOT DISTINCT FROM points.instance_id
     AND sources.session_id IS NOT DISTINCT FROM points.session_id
    WHERE points.temporality = 'cumulative' OR CAST(points.counted_at AS DATE) >= sources.since_on
),
earlier AS (
    -- Of what was counted before the touched days only the last state matters.
    SELECT sender, series, started_at, max(counted_at) AS counted_at
    FROM known
    WHERE is_earlier
    GROUP BY sender, series, started_at
),
counted AS (
    -- A moment told twice with two values, as by two processes that call themselves the same: the larger one.
    SELECT known.*
    FROM known
    LEFT JOIN earlier
      ON earlier.sender = known.sender AND earlier.series = known.series AND earlier.started_at = known.started_at
    WHERE NOT known.is_earlier OR known.counted_at = earlier.counted_at
    QUALIFY row_number() OVER (
        PARTITION BY known.sender, known.series, known.started_at, known.counted_at
        ORDER BY known.value DESC, known.point_no
    ) = 1
),
ordered AS (
    SELECT
        counted.*,
        lag(value) OVER (PARTITION BY sender, series, started_at ORDER BY counted_at) AS before,
        started_at >= counted_at OR started_at < TIMESTAMP '2000-01-01' AS start_unknown
    FROM counted
)
SELECT
    point_no,
    CASE
        WHEN temporality = 'delta' THEN value
        WHEN before IS NULL AND start_unknown THEN 0
        WHEN before IS NULL OR value < before THEN value
        ELSE value - before
    END AS added
FROM ordered
WHERE NOT is_earlier;

DELETE FROM increments
WHERE point_no IN (
    SELECT points.point_no
    FROM points
    JOIN touched_meters
      ON touched_meters.sender = points.sender
     AND touched_meters.service IS NOT DISTINCT FROM points.service
     AND touched_meters.instance_id IS NOT DISTINCT FROM points.instance_id
     AND touched_meters.session_id IS NOT DISTINCT FROM points.session_id
     AND touched_meters.metered_on = CAST(points.counted_at AS DATE)
);

INSERT INTO increments
SELECT point_no, added FROM fresh_increments;
