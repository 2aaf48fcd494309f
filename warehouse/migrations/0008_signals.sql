-- The other two signals: log records are read as spans, metrics as points.

ALTER TABLE spans ADD COLUMN signal VARCHAR DEFAULT 'span';  -- span, or log: a log record that told of a request, a check or an outcome
ALTER TABLE spans ADD COLUMN instance_id VARCHAR;            -- the process that sent it (resource service.instance.id)
ALTER TABLE spans ADD COLUMN session_id VARCHAR;             -- the session or conversation it belongs to
ALTER TABLE calls ADD COLUMN signal VARCHAR DEFAULT 'span';  -- span, log, or metric: a sum over an unknown number of requests

CREATE TABLE points (
    point_no      BIGINT NOT NULL,              -- order of loading
    sender        VARCHAR NOT NULL,
    journal_day   DATE NOT NULL,
    journal_seq   BIGINT NOT NULL,
    received_at   TIMESTAMP NOT NULL,
    -- who counted: a source is a sender's service, in one process or one session as far as they are told
    service       VARCHAR,
    instance_id   VARCHAR,
    session_id    VARCHAR,
    resource_id   VARCHAR NOT NULL,
    scope_name    VARCHAR NOT NULL,
    scope_version VARCHAR NOT NULL,
    metric        VARCHAR NOT NULL,
    kind          VARCHAR NOT NULL,             -- sum, histogram, exponential_histogram
    temporality   VARCHAR NOT NULL,             -- delta, cumulative
    monotonic     BOOLEAN NOT NULL,
    series        VARCHAR NOT NULL,             -- digest of resource, scope, metric, temporality and attributes
    started_at    TIMESTAMP NOT NULL,           -- what it counts began then; equal to counted_at, or 1970, when nobody knows
    counted_at    TIMESTAMP NOT NULL,
    value         DECIMAL(38, 12) NOT NULL,     -- tokens or US dollars; of a histogram its sum
    count         BIGINT,                       -- of a histogram: measurements
    dialect       VARCHAR NOT NULL,
    token_class   VARCHAR NOT NULL,             -- input and output hold their parts; input_uncached and output_text do not; or cost
    meter_rank    TINYINT NOT NULL,             -- of metrics that count the same requests the lowest makes money
    provider      VARCHAR,
    model         VARCHAR,
    operation     VARCHAR,
    service_tier  VARCHAR,
    team          VARCHAR,
    claimed_team  VARCHAR,
    workflow      VARCHAR,
    cost_centre   VARCHAR,
    environment   VARCHAR,
    user_id       VARCHAR
);

CREATE TABLE claim_days (                       -- when a source told of its calls one by one: its metrics make no money then
    sender      VARCHAR NOT NULL,
    service     VARCHAR,
    instance_id VARCHAR,
    session_id  VARCHAR,
    claimed_on  DATE NOT NULL
);
INSERT INTO claim_days
SELECT DISTINCT sender, service, instance_id, session_id, CAST(started_at AS DATE)
FROM spans
WHERE role = 'call' OR coalesce(input_uncached, cache_read, output_text) IS NOT NULL;

CREATE TABLE metered (                          -- which calls were made of which source's metrics
    span_no     BIGINT NOT NULL,                -- of the call: below zero, so that it is no span's
    sender      VARCHAR NOT NULL,
    service     VARCHAR,
    instance_id VARCHAR,
    session_id  VARCHAR,
    metered_on  DATE NOT NULL
);

CREATE TABLE left_out (                         -- records that counted nothing and told of nothing: their number only
    received_on DATE NOT NULL,
    sender      VARCHAR NOT NULL,
    signal      VARCHAR NOT NULL,               -- logs, metrics
    scope_name  VARCHAR NOT NULL,
    name        VARCHAR NOT NULL,               -- of the event or the metric; '' when it has none
    records     BIGINT NOT NULL
);

ALTER TABLE refresh_mark ADD COLUMN refreshed_point_no BIGINT DEFAULT 0;
