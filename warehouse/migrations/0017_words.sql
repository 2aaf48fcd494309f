-- What people say: about an incident, about what is to come, and who changed what. And what a message tells in numbers.

ALTER TABLE link_uses ADD COLUMN act_id VARCHAR;               -- names it for whoever undoes it
ALTER TABLE link_uses ADD COLUMN amount_usd DECIMAL(38, 12);   -- expected: what an hour may cost; too_small: the new floor
ALTER TABLE link_uses ADD COLUMN undone_at TIMESTAMP;          -- then it never was; the row stays
ALTER TABLE link_uses ADD COLUMN undone_by VARCHAR;

CREATE TABLE agenda (                           -- planned events and silences, each with an owner and an end
    entry_id         VARCHAR NOT NULL,
    kind             VARCHAR NOT NULL,          -- planned, silence
    team             VARCHAR,                   -- NULL = every team; 'Unattributed' is one
    workflow         VARCHAR,                   -- NULL = every workflow
    about            VARCHAR,                   -- a silence's kind of incident; NULL = all
    starts_at        TIMESTAMP NOT NULL,
    ends_at          TIMESTAMP NOT NULL,
    owner            VARCHAR NOT NULL,
    reason           VARCHAR NOT NULL,
    most_usd_an_hour DECIMAL(38, 12),           -- what is planned costs no more; NULL = whatever it costs
    incident_id      VARCHAR,                   -- said of this incident
    added_by         VARCHAR NOT NULL,
    added_at         TIMESTAMP NOT NULL,
    ended_at         TIMESTAMP,                 -- before its end; not after added_at = it never was
    ended_by         VARCHAR
);

CREATE TABLE audit (                            -- appended; each row is sealed together with the one before
    audit_no BIGINT NOT NULL,                   -- 1, 2, 3, …
    done_at  TIMESTAMP NOT NULL,
    done_by  VARCHAR NOT NULL,
    what     VARCHAR NOT NULL,                  -- acknowledge, false_alarm, add, end, undo, …
    about    VARCHAR NOT NULL,                  -- incident, planned, silence, budget
    about_id VARCHAR NOT NULL,
    team     VARCHAR,
    reason   VARCHAR NOT NULL,                  -- '' = none was given
    detail   VARCHAR NOT NULL,                  -- JSON
    chain    VARCHAR NOT NULL                   -- SHA-256 of this row and the chain before
);

CREATE TABLE incident_drivers (                 -- the excess, split; the parts sum to it
    incident_id VARCHAR NOT NULL,
    place       INTEGER NOT NULL,               -- the largest part first
    driver      VARCHAR NOT NULL,               -- calls, tokens_per_call, unit_price
    part_usd    DECIMAL(38, 12) NOT NULL,       -- negative: it held the rise back
    times       DOUBLE,                         -- actual ÷ usual; NULL where one of them is unknown
    is_cause    BOOLEAN NOT NULL                -- false: among what is not the cause
);

CREATE TABLE incident_outlook (                 -- what a message says beside the incident's own numbers
    incident_id     VARCHAR NOT NULL,
    last_hour_usd   DECIMAL(38, 12) NOT NULL,
    projected_usd   DECIMAL(38, 12),            -- too much by projected_until, were every hour like the last; NULL = later
    projected_until TIMESTAMP,
    rising          BOOLEAN NOT NULL,
    score           DOUBLE NOT NULL,            -- robust standard deviations, of the alarm
    window_hours    INTEGER NOT NULL            -- that it looked at
);
