-- What the refresh computes from spans and prices. Every row here can be dropped and computed again.

CREATE TABLE refresh_mark (refreshed_span_no BIGINT NOT NULL);
INSERT INTO refresh_mark VALUES (0);

CREATE TABLE folds (
    span_no BIGINT NOT NULL,                   -- a span that told of a request another span tells better
    dup_of  BIGINT NOT NULL,                   -- the span whose row stands in calls
    because VARCHAR NOT NULL                   -- same response id, wraps it, same tokens at the same time, repeats its children
);

CREATE TABLE calls (
    span_no            BIGINT NOT NULL,        -- the span whose numbers won
    sender             VARCHAR NOT NULL,
    trace_id           VARCHAR NOT NULL,
    span_id            VARCHAR NOT NULL,
    started_at         TIMESTAMP NOT NULL,
    ended_at           TIMESTAMP NOT NULL,
    service            VARCHAR,
    dialect            VARCHAR NOT NULL,
    operation          VARCHAR,
    purpose            VARCHAR NOT NULL,
    provider           VARCHAR,
    model              VARCHAR,                -- the model billed: response model, else request model
    request_model      VARCHAR,
    response_model     VARCHAR,
    response_id        VARCHAR,
    service_tier       VARCHAR,
    input_uncached     BIGINT,
    cache_read         BIGINT,
    cache_write_5m     BIGINT,
    cache_write_1h     BIGINT,
    cache_write_other  BIGINT,
    audio_in           BIGINT,
    output_text        BIGINT,
    reasoning          BIGINT,
    audio_out          BIGINT,
    cache_decided_by   VARCHAR,
    incomplete_because VARCHAR,
    reported_cost_usd  DECIMAL(18, 12),
    duplicates         INTEGER NOT NULL,       -- how many other spans told of the same request
    billed             BOOLEAN NOT NULL,       -- false: a failed attempt without usage
    failed             BOOLEAN NOT NULL,
    error_type         VARCHAR,
    team               VARCHAR,
    claimed_team       VARCHAR,
    workflow           VARCHAR,
    environment        VARCHAR,
    user_id            VARCHAR,
    task_id            VARCHAR NOT NULL,       -- the trace id where no task id was sent
    prompt_name        VARCHAR,
    prompt_version     VARCHAR,
    streamed           BOOLEAN,
    ttft_ms            BIGINT,
    cost_usd           DECIMAL(18, 12),        -- Σ of its charges; NULL = unpriced, or no usage told
    cache_saved_usd    DECIMAL(18, 12),        -- reads at the input price − reads as charged − what writes cost above it
    unpriced_because   VARCHAR                 -- a sentence when a token class has no price
);

CREATE TABLE charges (
    span_no       BIGINT NOT NULL,             -- the call
    token_class   VARCHAR NOT NULL,
    quantity      BIGINT NOT NULL,             -- tokens
    price_line_no INTEGER NOT NULL,            -- the price line that made it
    cost_usd      DECIMAL(18, 12) NOT NULL
);

CREATE TABLE task_parts (                      -- what one trace contributes to one task
    sender           VARCHAR NOT NULL,
    trace_id         VARCHAR NOT NULL,
    task_id          VARCHAR NOT NULL,
    team             VARCHAR,
    workflow         VARCHAR,
    environment      VARCHAR,
    first_at         TIMESTAMP NOT NULL,
    last_at          TIMESTAMP NOT NULL,
    spans            BIGINT NOT NULL,
    calls            BIGINT NOT NULL,
    failed_calls     BIGINT NOT NULL,
    unpriced_calls   BIGINT NOT NULL,
    incomplete_calls BIGINT NOT NULL,
    tool_calls       BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_usd         DECIMAL(38, 12) NOT NULL,
    outcome_kind     VARCHAR,
    outcome_status   VARCHAR,
    decided_at       TIMESTAMP
);

CREATE TABLE tasks (
    sender           VARCHAR NOT NULL,
    task_id          VARCHAR NOT NULL,
    team             VARCHAR,
    workflow         VARCHAR,
    environment      VARCHAR,
    first_at         TIMESTAMP NOT NULL,
    last_at          TIMESTAMP NOT NULL,
    spans            BIGINT NOT NULL,
    calls            BIGINT NOT NULL,          -- billed
    failed_calls     BIGINT NOT NULL,
    unpriced_calls   BIGINT NOT NULL,
    incomplete_calls BIGINT NOT NULL,
    tool_calls       BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,          -- all input classes
    output_tokens    BIGINT NOT NULL,          -- all output classes
    cost_usd         DECIMAL(38, 12) NOT NULL, -- of the priced calls; coverage says how many are not
    outcome_kind     VARCHAR,                  -- of the latest outcome
    outcome_status   VARCHAR,
    decided_at       TIMESTAMP
);

CREATE TABLE hours (
    hour_at           TIMESTAMP NOT NULL,      -- UTC hour in which the calls started
    team              VARCHAR,
    workflow          VARCHAR,
    environment       VARCHAR,
    provider          VARCHAR,
    model             VARCHAR,
    purpose           VARCHAR NOT NULL,
    calls             BIGINT NOT NULL,         -- billed
    failed_calls      BIGINT NOT NULL,         -- failed, billed or not
    attempts          BIGINT NOT NULL,         -- billed or failed
    unpriced_calls    BIGINT NOT NULL,
    incomplete_calls  BIGINT NOT NULL,
    input_uncached    BIGINT,
    cache_read        BIGINT,
    cache_write_5m    BIGINT,
    cache_write_1h    BIGINT,
    cache_write_other BIGINT,
    audio_in          BIGINT,
    output_text       BIGINT,
    reasoning         BIGINT,
    audio_out         BIGINT,
    cost_usd          DECIMAL(38, 12) NOT NULL,-- of the priced calls
    cache_saved_usd   DECIMAL(38, 12) NOT NULL
);
