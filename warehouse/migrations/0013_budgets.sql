-- Budgets: what may be spent on what, which marks were told, and what was forecast when.

CREATE TABLE budgets (
    kind       VARCHAR NOT NULL,               -- company, team, workflow, cost_centre, user, model
    name       VARCHAR NOT NULL,               -- '' for the company
    team       VARCHAR,                        -- only what this team spends on it; NULL = everybody's
    period     VARCHAR NOT NULL,               -- monthly, quarterly, annual
    amount_usd DECIMAL(18, 2) NOT NULL,
    source     VARCHAR NOT NULL,               -- 'file': outlay.toml, replaced at every start; 'command': wins over it
    set_by     VARCHAR NOT NULL,               -- '' for the file
    set_at     TIMESTAMP                       -- NULL for the file
);

CREATE TABLE budget_marks (                    -- each is told once: over restarts, rebuilds and late data
    account VARCHAR NOT NULL,                  -- digest of scope, period and amount: a changed budget is watched anew
    mark    VARCHAR NOT NULL,                  -- '50', '80', '100', '120', 'forecast 100', 'forecast 110'
    told_at TIMESTAMP NOT NULL                 -- told, or passed over because a higher one was told
);

CREATE TABLE forecasts (                       -- frozen when a day is over, so that its accuracy cannot be improved later
    kind      VARCHAR NOT NULL,
    name      VARCHAR NOT NULL,
    team      VARCHAR,
    month     VARCHAR NOT NULL,                -- '2026-10', in the business time zone
    day       INTEGER NOT NULL,                -- 1, 10 or 20: so many days of the month were over
    as_of     TIMESTAMP NOT NULL,              -- the end of that day
    frozen_at TIMESTAMP NOT NULL,
    spent_usd DECIMAL(38, 12) NOT NULL,        -- by then
    p10_usd   DECIMAL(38, 12) NOT NULL,
    p50_usd   DECIMAL(38, 12) NOT NULL,
    p90_usd   DECIMAL(38, 12) NOT NULL,
    naive_usd DECIMAL(38, 12) NOT NULL,        -- what last week again and again makes of it
    method    VARCHAR NOT NULL
);
