-- What the detector of spikes remembers between hours, which hours it judged by what sums, and why incidents happened.
-- All but what was told can be made again from `hours`; a late hour is noticed by its sums and judged again.

CREATE TABLE detector_states (                  -- a few, so that a late hour need not be judged from the very first
    judged_until TIMESTAMP NOT NULL,            -- every earlier hour is in it; UTC
    series       VARCHAR NOT NULL,              -- JSON: [team, workflow] of each of its rows, in order
    state        BLOB NOT NULL
);

CREATE TABLE detector_hours (                   -- one row per hour that was judged and had spend
    hour_at  TIMESTAMP NOT NULL,
    calls    BIGINT NOT NULL,
    tokens   BIGINT NOT NULL,
    cost_usd DECIMAL(38, 12) NOT NULL
);

CREATE TABLE incident_hours (                   -- what the detector expected around an incident
    incident_id  VARCHAR NOT NULL,
    hour_at      TIMESTAMP NOT NULL,
    expected_usd DOUBLE NOT NULL,               -- for drawing; the money of the incident stands in its row
    high_usd     DOUBLE NOT NULL                -- an hour above it is out of line
);

CREATE TABLE incident_leaves (                  -- where its excess comes from, the dearest first
    incident_id  VARCHAR NOT NULL,
    place        INTEGER NOT NULL,
    environment  VARCHAR,
    provider     VARCHAR,
    model        VARCHAR,
    purpose      VARCHAR NOT NULL,
    actual_usd   DECIMAL(38, 12) NOT NULL,
    expected_usd DECIMAL(38, 12) NOT NULL,
    is_cause     BOOLEAN NOT NULL               -- of the smallest set with four fifths of the excess
);

CREATE TABLE incident_evidence (                -- what else on-call wants to see: changes, and calls to look at
    incident_id VARCHAR NOT NULL,
    kind        VARCHAR NOT NULL,               -- prompt (a version first seen then), trace (one of the dearest)
    name        VARCHAR NOT NULL,
    seen_at     TIMESTAMP NOT NULL,
    cost_usd    DECIMAL(38, 12)
);
