-- What is known of emitters, kept by hour: so that whether their numbers can be trusted is not counted span by span.

ALTER TABLE calls ADD COLUMN scope_name VARCHAR;     -- of the span whose numbers won; NULL = made of metrics
ALTER TABLE calls ADD COLUMN scope_version VARCHAR;

UPDATE calls
SET scope_name = spans.scope_name, scope_version = spans.scope_version
FROM spans
WHERE spans.span_no = calls.span_no;

CREATE TABLE heard (                           -- what 32,768 spans, as they were loaded, add to what is heard in an hour
    hour_at       TIMESTAMP NOT NULL,          -- in which they started
    lot           BIGINT NOT NULL,             -- span_no >> 15
    service       VARCHAR,
    scope_name    VARCHAR NOT NULL,
    scope_version VARCHAR NOT NULL,
    dialect       VARCHAR NOT NULL,
    signal        VARCHAR,
    team          VARCHAR,
    claimed_team  VARCHAR,
    spans         BIGINT NOT NULL,             -- that were recognised, or are calls
    odd_times     BIGINT NOT NULL,
    last_at       TIMESTAMP NOT NULL           -- when the last of them was received
);

INSERT INTO heard BY NAME
SELECT
    date_trunc('hour', started_at) AS hour_at,
    span_no >> 15 AS lot,
    service, scope_name, scope_version, dialect, signal, team, claimed_team,
    count(*) AS spans,
    count(quality) AS odd_times,
    max(received_at) AS last_at
FROM spans
WHERE (dialect <> 'unknown' OR role = 'call')
  AND span_no <= (SELECT refreshed_span_no FROM refresh_mark)
GROUP BY ALL
ORDER BY hour_at;
