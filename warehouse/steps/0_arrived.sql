-- What came since the last refresh: the traces it is of, the responses it names, and the emitters it is from.

CREATE OR REPLACE TEMP TABLE touched_traces AS
SELECT sender, trace_id, min(started_at) AS first_at, max(ended_at) AS last_at
FROM spans
WHERE span_no > (SELECT refreshed_span_no FROM refresh_mark)
GROUP BY sender, trace_id;

INSERT INTO named_responses
SELECT span_no, CAST(started_at AS DATE) AS told_on, md5_number_lower(sender || chr(10) || response_id) AS response_key
FROM spans
WHERE span_no > (SELECT refreshed_span_no FROM refresh_mark)
  AND (role = 'call' OR response_id IS NOT NULL);

-- A lot is summed again while it fills up.
DELETE FROM heard WHERE lot >= (SELECT (refreshed_span_no + 1) >> 15 FROM refresh_mark);

INSERT INTO heard BY NAME
SELECT
    date_trunc('hour', started_at) AS hour_at,
    span_no >> 15 AS lot,
    service, scope_name, scope_version, dialect, signal, team, claimed_team,
    count(*) AS spans,
    count(quality) AS odd_times,
    max(received_at) AS last_at
FROM spans
WHERE span_no >= (SELECT (refreshed_span_no + 1) >> 15 << 15 FROM refresh_mark)
  AND (dialect <> 'unknown' OR role = 'call')
GROUP BY ALL
ORDER BY hour_at;
