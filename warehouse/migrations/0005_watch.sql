-- What we watch and what we told people.

CREATE TABLE job_runs (
    job         VARCHAR NOT NULL,              -- spikes, budgets, silence, retention, verify, statements
    period      VARCHAR NOT NULL,              -- the period it covers: '2026-10-03T14', '2026-10'
    started_at  TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,                     -- NULL while it runs, or when it died: then it is claimed again
    result      VARCHAR                        -- a sentence with counts, or the error
);

CREATE TABLE incidents (
    incident_id     VARCHAR NOT NULL,
    kind            VARCHAR NOT NULL,          -- spend_spike, budget, silence
    team            VARCHAR,
    workflow        VARCHAR,
    opened_at       TIMESTAMP NOT NULL,        -- start of the first hour that was out of line
    noticed_at      TIMESTAMP NOT NULL,        -- when the job saw it
    last_seen_at    TIMESTAMP NOT NULL,        -- end of the last hour that was out of line
    resolved_at     TIMESTAMP,
    state           VARCHAR NOT NULL,          -- open, resolved
    severity        VARCHAR NOT NULL,          -- page, warn, info
    actual_usd      DECIMAL(38, 12) NOT NULL,
    expected_usd    DECIMAL(38, 12) NOT NULL,
    impact_usd      DECIMAL(38, 12) NOT NULL,  -- actual − expected over its hours
    driver          VARCHAR NOT NULL,          -- calls, tokens_per_call, unit_price
    cause           VARCHAR NOT NULL,          -- a sentence
    model           VARCHAR,                   -- the model with most of the excess
    dedup_key       VARCHAR NOT NULL           -- same condition, same episode: the receiver's key
);

CREATE TABLE outbox (
    message_id   VARCHAR NOT NULL,
    incident_id  VARCHAR,
    channel      VARCHAR NOT NULL,             -- webhook, terminal
    dedup_key    VARCHAR NOT NULL,
    event        VARCHAR NOT NULL,             -- trigger, resolve, notice
    subject      VARCHAR NOT NULL,
    body         VARCHAR NOT NULL,             -- JSON of the message; never prompt text
    written_at   TIMESTAMP NOT NULL,           -- in the transaction that changed the incident
    attempts     INTEGER NOT NULL,
    next_try_at  TIMESTAMP NOT NULL,
    sent_at      TIMESTAMP,
    last_error   VARCHAR
);
