/* Attributes as a list of keys and values, not as a map, which is kept in the same form.

Of every map that DuckDB makes it looks for a key that stands there twice, with a set of its own for each row: 2 of the
20 microseconds that it took to load a span. The reading lets a key stand once.

The tables are written anew, because a change of a column by a function cannot be read back from DuckDB's log.
*/

CREATE MACRO attribute_of(attributes, name) AS list_filter(attributes, lambda pair: pair.key = name)[1].value;

CREATE TABLE told_resources (
    resource_id VARCHAR NOT NULL,              -- digest of the attributes
    attributes  STRUCT("key" VARCHAR, "value" VARCHAR)[] NOT NULL
);
INSERT INTO told_resources SELECT resource_id, map_entries(attributes) FROM resources;
DROP TABLE resources;
ALTER TABLE told_resources RENAME TO resources;

CREATE TABLE told_spans (
    span_no            BIGINT NOT NULL,        -- order of loading; names a span inside the warehouse only
    sender             VARCHAR NOT NULL,       -- team of the key that sent it, '' while keys are off; identity never crosses it
    trace_id           VARCHAR NOT NULL,       -- 32 lower-case hex digits
    span_id            VARCHAR NOT NULL,       -- 16 lower-case hex digits
    parent_span_id     VARCHAR,
    journal_day        DATE NOT NULL,
    journal_seq        BIGINT NOT NULL,
    received_at        TIMESTAMP NOT NULL,     -- all instants are UTC
    started_at         TIMESTAMP NOT NULL,
    ended_at           TIMESTAMP NOT NULL,
    name               VARCHAR NOT NULL,
    status             VARCHAR NOT NULL,       -- unset, ok, error
    service            VARCHAR,                -- resource service.name
    resource_id        VARCHAR NOT NULL,
    scope_name         VARCHAR NOT NULL,
    scope_version      VARCHAR NOT NULL,
    -- what the dialect read (ingest.dialects)
    dialect            VARCHAR NOT NULL,       -- 'unknown' when nobody recognised it
    dialect_rank       TINYINT NOT NULL,       -- whose numbers win: 0 provider's own SDK, 1 its instrumentor, 2 a framework
    role               VARCHAR NOT NULL,       -- call, agent, workflow, tool, retrieval, guardrail, evaluation, other
    operation          VARCHAR,                -- chat, embeddings, ... (GenAI semantic conventions)
    purpose            VARCHAR NOT NULL,       -- product, judge, guardrail, embedding
    provider           VARCHAR,                -- who bills
    request_model      VARCHAR,
    response_model     VARCHAR,
    response_id        VARCHAR,
    service_tier       VARCHAR,
    -- token classes are disjoint; NULL = not reported
    input_uncached     BIGINT,
    cache_read         BIGINT,
    cache_write_5m     BIGINT,
    cache_write_1h     BIGINT,
    cache_write_other  BIGINT,                 -- written for a time to live nobody told
    audio_in           BIGINT,
    output_text        BIGINT,
    reasoning          BIGINT,
    audio_out          BIGINT,
    cache_decided_by   VARCHAR,                -- which branch said whether input includes the cache
    incomplete_because VARCHAR,                -- a sentence when the usage of a call is not all there
    reported_cost_usd  DECIMAL(18, 12),        -- what the client computed: kept beside ours, never mixed
    -- who owes it and what it was for
    team               VARCHAR,                -- NULL = Unattributed
    claimed_team       VARCHAR,                -- what the payload said, when the key said otherwise
    workflow           VARCHAR,
    environment        VARCHAR,
    user_id            VARCHAR,
    task_id            VARCHAR,                -- NULL = the trace is the task
    prompt_name        VARCHAR,
    prompt_version     VARCHAR,
    tool_name          VARCHAR,
    agent_name         VARCHAR,
    finish_reason      VARCHAR,
    error_type         VARCHAR,
    streamed           BOOLEAN,
    ttft_ms            BIGINT,
    quality            VARCHAR,                -- what is odd about its times ('ends before it starts'), NULL when nothing is
    attributes         STRUCT("key" VARCHAR, "value" VARCHAR)[],  -- everything no column took
    cost_centre        VARCHAR,                -- as told; NULL = the team's own, from `teams`
    team_believed      BOOLEAN,                -- TRUE: the payload named the team, and its key may speak for it
    signal             VARCHAR DEFAULT 'span', -- span, or log: a log record that told of a request, a check or an outcome
    instance_id        VARCHAR,                -- the process that sent it (resource service.instance.id)
    session_id         VARCHAR                 -- the session or conversation it belongs to
);
INSERT INTO told_spans SELECT * REPLACE (map_entries(attributes) AS attributes) FROM spans;
DROP TABLE spans;
ALTER TABLE told_spans RENAME TO spans;
