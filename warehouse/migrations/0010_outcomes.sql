-- What the spend bought: outcomes told beside spans, checks and tools with the task they belong to, tasks told in full.

CREATE TABLE reported_outcomes (               -- told by a request or a file; appended, never updated
    outcome_no    BIGINT NOT NULL,             -- order of loading
    sender        VARCHAR NOT NULL,            -- as in spans
    speaks_for    VARCHAR[],                   -- the teams its key may speak for; NULL = every team
    outcome_id    VARCHAR NOT NULL,            -- the sender's own, else the digest; the same id twice is the same outcome
    digest        VARCHAR NOT NULL,            -- of what it says
    task_id       VARCHAR,                     -- this, or the trace, says which task
    trace_id      VARCHAR,
    team          VARCHAR,                     -- as told: a task of this team is meant
    kind          VARCHAR NOT NULL,
    status        VARCHAR NOT NULL,            -- resolved, failed, escalated, abandoned, refused, reopened
    decided_at    TIMESTAMP NOT NULL,
    source        VARCHAR NOT NULL,            -- confirmed, assumed, eval, human
    value_usd     DECIMAL(18, 6),              -- what it was worth
    csat          DECIMAL(4, 2),               -- 1 to 5
    human_minutes DECIMAL(12, 2),              -- what people spent on it
    received_at   TIMESTAMP NOT NULL,
    journal_day   DATE NOT NULL,
    journal_seq   BIGINT NOT NULL
);

ALTER TABLE outcomes ADD COLUMN value_usd DECIMAL(18, 6);
ALTER TABLE outcomes ADD COLUMN csat DECIMAL(4, 2);
ALTER TABLE outcomes ADD COLUMN human_minutes DECIMAL(12, 2);

CREATE TABLE outcome_parts (                   -- what the spans of one trace tell of a task's outcome
    sender        VARCHAR NOT NULL,
    owner         VARCHAR NOT NULL,
    trace_id      VARCHAR NOT NULL,
    task_id       VARCHAR NOT NULL,
    kind          VARCHAR NOT NULL,
    status        VARCHAR NOT NULL,
    decided_at    TIMESTAMP NOT NULL,
    source        VARCHAR NOT NULL,
    value_usd     DECIMAL(18, 6),
    csat          DECIMAL(4, 2),
    human_minutes DECIMAL(12, 2),
    told_at       TIMESTAMP NOT NULL           -- when we heard of it
);

CREATE TABLE task_outcomes (                   -- of each task and kind the outcome that stands: the one decided last
    sender        VARCHAR NOT NULL,
    owner         VARCHAR NOT NULL,
    task_id       VARCHAR NOT NULL,
    kind          VARCHAR NOT NULL,
    status        VARCHAR NOT NULL,
    decided_at    TIMESTAMP NOT NULL,
    source        VARCHAR NOT NULL,
    value_usd     DECIMAL(18, 6),              -- this and the next two: the latest that anybody told
    csat          DECIMAL(4, 2),
    human_minutes DECIMAL(12, 2),
    told_at       TIMESTAMP NOT NULL
);

CREATE TABLE closed_outcomes (                 -- how tasks stood when the month they began in was closed; frozen
    month    VARCHAR NOT NULL,
    sender   VARCHAR NOT NULL,
    owner    VARCHAR NOT NULL,
    task_id  VARCHAR NOT NULL,
    kind     VARCHAR NOT NULL,
    status   VARCHAR NOT NULL
);

-- From outlay.toml, each replaced whole when the core starts.
CREATE TABLE outcome_rules (
    kind           VARCHAR NOT NULL,           -- '' = every kind without a row of its own
    maturity_hours BIGINT NOT NULL,            -- an outcome that stood so long counts
    evaluation     VARCHAR                     -- the evaluation whose verdict is this outcome
);
INSERT INTO outcome_rules VALUES ('', 24, NULL);
CREATE TABLE workflow_prices (
    workflow  VARCHAR NOT NULL,
    price_usd DECIMAL(18, 6) NOT NULL          -- what one serving (a task) earns
);
CREATE TABLE human_costs (usd_per_minute DECIMAL(18, 12) NOT NULL);
INSERT INTO human_costs VALUES (0);

CREATE TABLE task_checks (                     -- what guardrails and evaluations found, with the task it belongs to
    sender         VARCHAR NOT NULL,
    owner          VARCHAR NOT NULL,
    trace_id       VARCHAR NOT NULL,
    task_id        VARCHAR NOT NULL,
    team           VARCHAR,
    workflow       VARCHAR,
    environment    VARCHAR,
    checked_at     TIMESTAMP NOT NULL,
    kind           VARCHAR NOT NULL,
    name           VARCHAR NOT NULL,
    source         VARCHAR,
    result         VARCHAR NOT NULL,
    score          DOUBLE,
    label          VARCHAR,
    prompt_name    VARCHAR,                    -- as told on the span that was checked
    prompt_version VARCHAR
);

CREATE TABLE tool_uses (                       -- what one trace's part of a task did with one tool
    sender       VARCHAR NOT NULL,
    owner        VARCHAR NOT NULL,
    trace_id     VARCHAR NOT NULL,
    task_id      VARCHAR NOT NULL,
    team         VARCHAR,
    workflow     VARCHAR,
    environment  VARCHAR,
    tool         VARCHAR,
    used_at      TIMESTAMP NOT NULL,           -- the first time
    calls        BIGINT NOT NULL,
    failed_calls BIGINT NOT NULL,
    lasted_ms    BIGINT NOT NULL               -- Σ
);

-- A task in full. Of several models or prompts, `models` and the like name each one of its product calls.
ALTER TABLE task_parts ADD COLUMN retries BIGINT DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN failed_tool_calls BIGINT DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN cache_read_tokens BIGINT DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN cache_write_tokens BIGINT DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN reasoning_tokens BIGINT DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN judge_cost_usd DECIMAL(38, 12) DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN guardrail_cost_usd DECIMAL(38, 12) DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN embedding_cost_usd DECIMAL(38, 12) DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN failed_cost_usd DECIMAL(38, 12) DEFAULT 0;
ALTER TABLE task_parts ADD COLUMN models VARCHAR[];
ALTER TABLE task_parts ADD COLUMN prompt_names VARCHAR[];
ALTER TABLE task_parts ADD COLUMN prompt_versions VARCHAR[];
ALTER TABLE task_parts DROP COLUMN outcome_kind;
ALTER TABLE task_parts DROP COLUMN outcome_status;
ALTER TABLE task_parts DROP COLUMN decided_at;

ALTER TABLE tasks ADD COLUMN traces BIGINT DEFAULT 1;
ALTER TABLE tasks ADD COLUMN duration_ms BIGINT DEFAULT 0;       -- from its first span's start to its last one's end
ALTER TABLE tasks ADD COLUMN retries BIGINT DEFAULT 0;           -- attempts right after one that failed
ALTER TABLE tasks ADD COLUMN failed_tool_calls BIGINT DEFAULT 0;
ALTER TABLE tasks ADD COLUMN cache_read_tokens BIGINT DEFAULT 0; -- of the input tokens
ALTER TABLE tasks ADD COLUMN cache_write_tokens BIGINT DEFAULT 0;
ALTER TABLE tasks ADD COLUMN reasoning_tokens BIGINT DEFAULT 0;  -- of the output tokens
ALTER TABLE tasks ADD COLUMN judge_cost_usd DECIMAL(38, 12) DEFAULT 0;
ALTER TABLE tasks ADD COLUMN guardrail_cost_usd DECIMAL(38, 12) DEFAULT 0;
ALTER TABLE tasks ADD COLUMN embedding_cost_usd DECIMAL(38, 12) DEFAULT 0;
ALTER TABLE tasks ADD COLUMN failed_cost_usd DECIMAL(38, 12) DEFAULT 0;  -- of failed calls that were billed
ALTER TABLE tasks ADD COLUMN models VARCHAR[];
ALTER TABLE tasks ADD COLUMN prompt_names VARCHAR[];
ALTER TABLE tasks ADD COLUMN prompt_versions VARCHAR[];
ALTER TABLE tasks ADD COLUMN model VARCHAR;                      -- its only one, or 'several'
ALTER TABLE tasks ADD COLUMN prompt_name VARCHAR;
ALTER TABLE tasks ADD COLUMN prompt_version VARCHAR;

ALTER TABLE refresh_mark ADD COLUMN refreshed_outcome_no BIGINT DEFAULT 0;

-- What an older warehouse holds is carried over as it was read then.
INSERT INTO outcome_parts
SELECT
    spans.sender, parts.owner, spans.trace_id, parts.task_id, outcomes.kind, outcomes.status, outcomes.decided_at,
    outcomes.source, NULL, NULL, NULL, spans.received_at
FROM outcomes
JOIN spans ON spans.span_no = outcomes.span_no
JOIN (
    SELECT sender, trace_id, arg_min(owner, first_at) AS owner, arg_min(task_id, first_at) AS task_id
    FROM task_parts
    GROUP BY sender, trace_id
) AS parts ON parts.sender = spans.sender AND parts.trace_id = spans.trace_id;

INSERT INTO task_outcomes
SELECT
    sender, owner, task_id, kind, arg_max(status, decided_at), max(decided_at), arg_max(source, decided_at), NULL, NULL,
    NULL, arg_max(told_at, decided_at)
FROM outcome_parts
GROUP BY sender, owner, task_id, kind;

INSERT INTO task_checks
SELECT
    spans.sender, parts.owner, spans.trace_id, coalesce(spans.task_id, parts.task_id), coalesce(spans.team, parts.team),
    coalesce(spans.workflow, parts.workflow), coalesce(spans.environment, parts.environment), checks.checked_at,
    checks.kind, checks.name, checks.source, checks.result, checks.score, checks.label, spans.prompt_name,
    spans.prompt_version
FROM checks
JOIN spans ON spans.span_no = checks.span_no
JOIN (
    SELECT
        sender, trace_id, arg_min(owner, first_at) AS owner, arg_min(task_id, first_at) AS task_id,
        arg_min(team, first_at) AS team, arg_min(workflow, first_at) AS workflow,
        arg_min(environment, first_at) AS environment
    FROM task_parts
    GROUP BY sender, trace_id
) AS parts ON parts.sender = spans.sender AND parts.trace_id = spans.trace_id;
