-- What the rules of waste/ found, day by day, so that a quarter is not searched through again for every look at it.

CREATE TABLE waste_found (
    day         DATE NOT NULL,                  -- of the call, in UTC
    rule        VARCHAR NOT NULL,
    place       INTEGER NOT NULL,               -- of the rule
    span_no     BIGINT NOT NULL,
    waste_usd   DECIMAL(38, 12) NOT NULL,       -- never above what the call cost
    because     VARCHAR NOT NULL,
    counted     BOOLEAN NOT NULL,               -- no rule found more of this call
    team        VARCHAR,
    workflow    VARCHAR,
    environment VARCHAR,
    started_at  TIMESTAMP NOT NULL
);

CREATE TABLE waste_days (                       -- the days that stand in waste_found; a refresh strikes those it touches
    day   DATE NOT NULL,
    rules VARCHAR NOT NULL                      -- the digest of the rules by which it was searched
);
