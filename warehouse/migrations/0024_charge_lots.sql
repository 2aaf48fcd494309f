-- What each price line was used for, kept by hour as calls are: so that a period's charges are not joined with its calls.

CREATE TABLE charge_lots (                     -- what 32,768 spans, as they were loaded, add to an hour's charges
    hour_at       TIMESTAMP NOT NULL,          -- in which the calls started
    lot           BIGINT NOT NULL,             -- span_no >> 15
    team          VARCHAR,
    workflow      VARCHAR,
    environment   VARCHAR,
    provider      VARCHAR,
    model         VARCHAR,
    costed        BOOLEAN NOT NULL,            -- of billed calls that have a cost; false: some class of the call has no price
    token_class   VARCHAR NOT NULL,
    price_line_no INTEGER NOT NULL,
    quantity      BIGINT NOT NULL,
    cost_usd      DECIMAL(38, 12) NOT NULL
);

INSERT INTO charge_lots BY NAME
SELECT
    date_trunc('hour', calls.started_at) AS hour_at,
    calls.span_no >> 15 AS lot,
    calls.team, calls.workflow, calls.environment, calls.provider, calls.model,
    calls.billed AND calls.cost_usd IS NOT NULL AS costed,
    charges.token_class, charges.price_line_no,
    sum(charges.quantity) AS quantity,
    sum(charges.cost_usd) AS cost_usd
FROM calls
JOIN charges ON charges.span_no = calls.span_no
GROUP BY ALL
ORDER BY hour_at;
