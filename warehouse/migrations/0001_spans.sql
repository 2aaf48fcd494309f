-- What arrived. Appended by the loader in the same transaction as the high-water mark that covers it; never updated.

CREATE TABLE journal_marks (
    journal_day DATE NOT NULL,                 -- the journal's day file
    loaded_seq  BIGINT NOT NULL                -- every entry up to and including this one is in the warehouse
);

CREATE TABLE resources (
    resource_id VARCHAR NOT NULL,              -- digest of the attributes
    attributes  MAP(VARCHAR, VARCHAR) NOT NULL
);

CREATE TABLE spans (
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
    attributes         MAP(VARCHAR, VARCHAR)   -- everything no column took
);

CREATE TABLE checks (
    span_no     BIGINT NOT NULL,               -- the span that reported it
    checked_at  TIMESTAMP NOT NULL,
    kind        VARCHAR NOT NULL,              -- guardrail, evaluation
    name        VARCHAR NOT NULL,
    source      VARCHAR,                       -- input, output, tool
    result      VARCHAR NOT NULL,              -- passed, blocked, rewritten, flagged, failed; 'unknown' when the values do not say
    score       DOUBLE,
    label       VARCHAR
);

CREATE TABLE outcomes (
    span_no    BIGINT NOT NULL,                -- the span that reported it
    kind       VARCHAR NOT NULL,               -- resolution, lead, pr, ticket, ... free text
    status     VARCHAR NOT NULL,               -- resolved, failed, escalated, abandoned, refused
    decided_at TIMESTAMP NOT NULL,
    source     VARCHAR NOT NULL                -- confirmed, assumed, eval, human
);

CREATE TABLE faults (
    received_at TIMESTAMP NOT NULL,
    journal_day DATE NOT NULL,
    journal_seq BIGINT NOT NULL,
    sender      VARCHAR NOT NULL,
    culprit     VARCHAR NOT NULL,              -- span id, or where in the body it stands
    sentence    VARCHAR NOT NULL,
    record      VARCHAR                        -- the refused record as JSON, without texts
);
