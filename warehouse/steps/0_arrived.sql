-- What came since the last refresh: the traces it is of, and the responses it names.

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
