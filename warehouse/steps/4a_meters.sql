-- Which sources' days have to be summed again, and what was made of them goes.
-- Before: 4_calls.sql, `new_claim_days` (sources that told of calls) and `counted_sources` (sources with new points).

CREATE OR REPLACE TEMP TABLE fresh_claim_days AS
SELECT sender, service, instance_id, session_id, claimed_on FROM new_claim_days
EXCEPT
SELECT sender, service, instance_id, session_id, claimed_on
FROM claim_days
WHERE claimed_on >= (SELECT min(claimed_on) FROM new_claim_days)
  AND claimed_on <= (SELECT max(claimed_on) FROM new_claim_days);

INSERT INTO claim_days
SELECT sender, service, instance_id, session_id, claimed_on FROM fresh_claim_days;

-- A source's day is summed again when it has new points or new claims. A late point changes what the next one adds,
-- whatever its day is. Claims silence the metrics of the day before and after too: an export lags behind its calls.
CREATE OR REPLACE TEMP TABLE touched_meters AS
SELECT points.sender, points.service, points.instance_id, points.session_id, CAST(points.counted_at AS DATE) AS metered_on
FROM points
JOIN counted_sources AS source
  ON source.sender = points.sender
 AND source.service IS NOT DISTINCT FROM points.service
 AND source.instance_id IS NOT DISTINCT FROM points.instance_id
 AND source.session_id IS NOT DISTINCT FROM points.session_id
 AND source.since_on <= CAST(points.counted_at AS DATE)
UNION
SELECT points.sender, points.service, points.instance_id, points.session_id, CAST(points.counted_at AS DATE) AS metered_on
FROM points
JOIN fresh_claim_days AS claim
  ON claim.sender = points.sender
 AND claim.service IS NOT DISTINCT FROM points.service
 AND (claim.instance_id IS NULL OR points.instance_id IS NULL OR claim.instance_id = points.instance_id)
 AND (claim.session_id IS NULL OR points.session_id IS NULL OR claim.session_id = points.session_id)
 AND CAST(points.counted_at AS DATE) BETWEEN claim.claimed_on - INTERVAL 1 DAY AND claim.claimed_on + INTERVAL 1 DAY;

CREATE OR REPLACE TEMP TABLE unmetered AS
SELECT metered.span_no
FROM metered
JOIN touched_meters
  ON touched_meters.sender = metered.sender
 AND touched_meters.service IS NOT DISTINCT FROM metered.service
 AND touched_meters.instance_id IS NOT DISTINCT FROM metered.instance_id
 AND touched_meters.session_id IS NOT DISTINCT FROM metered.session_id
 AND touched_meters.metered_on = metered.metered_on;

-- Their hours and tasks change, whether they come back or not.
INSERT INTO touched_hours
SELECT DISTINCT date_trunc('hour', calls.started_at), span_no >> 15 FROM calls SEMI JOIN unmetered USING (span_no)
EXCEPT
SELECT hour_at, lot FROM touched_hours;

INSERT INTO touched_traces
SELECT calls.sender, calls.trace_id, min(calls.started_at), max(calls.ended_at)
FROM calls
SEMI JOIN unmetered USING (span_no)
ANTI JOIN touched_traces USING (sender, trace_id)
GROUP BY calls.sender, calls.trace_id;

DELETE FROM charges WHERE span_no IN (SELECT span_no FROM unmetered);
DELETE FROM calls WHERE span_no IN (SELECT span_no FROM unmetered);
DELETE FROM metered WHERE span_no IN (SELECT span_no FROM unmetered);
