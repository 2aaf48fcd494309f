-- What finance closed. Frozen: no statement of ours updates or deletes a row here.

CREATE TABLE closes (
    month            VARCHAR NOT NULL,         -- '2026-10', in the business time zone
    closed_at        TIMESTAMP NOT NULL,
    closed_by        VARCHAR NOT NULL,
    since_at         TIMESTAMP NOT NULL,       -- the month's half-open UTC bounds when it was closed
    until_at         TIMESTAMP NOT NULL,
    time_zone        VARCHAR NOT NULL,
    total_usd        DECIMAL(38, 12) NOT NULL, -- Σ of its lines, unrounded
    amount_usd       DECIMAL(18, 2) NOT NULL,  -- the control total, rounded once
    calls            BIGINT NOT NULL,
    unpriced_calls   BIGINT NOT NULL,
    incomplete_calls BIGINT NOT NULL,
    price_versions   VARCHAR NOT NULL,         -- price books its charges used
    received_until   TIMESTAMP,                -- the latest span in it was received then; NULL when there was none
    sha256           VARCHAR NOT NULL          -- of its lines as CSV
);

CREATE TABLE statement_lines (
    month            VARCHAR NOT NULL,         -- the month it is booked in
    line_no          INTEGER NOT NULL,
    charge_class     VARCHAR NOT NULL,         -- 'Usage', or FOCUS 'Correction' for an earlier, closed month
    usage_month      VARCHAR NOT NULL,         -- the month the calls were made in
    team             VARCHAR,                  -- NULL = Unattributed
    cost_centre      VARCHAR,
    workflow         VARCHAR,
    provider         VARCHAR,
    model            VARCHAR,
    calls            BIGINT NOT NULL,
    unpriced_calls   BIGINT NOT NULL,
    incomplete_calls BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_usd         DECIMAL(38, 12) NOT NULL,
    amount_usd       DECIMAL(18, 2) NOT NULL   -- rounded by largest remainder, so that lines sum to the control total
);

CREATE TABLE teams (
    team               VARCHAR NOT NULL,       -- from outlay.toml, replaced whole when the core starts
    cost_centre        VARCHAR,
    monthly_budget_usd DECIMAL(18, 2)
);
