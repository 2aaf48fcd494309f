-- How a name and a tier lead to a price, and what was priced again.
-- price_lines.layer may also be 'discount': a contract told in percent; the order is override, contract, discount, list.

ALTER TABLE model_names ADD COLUMN seller VARCHAR;   -- who bills, in the price list's words; NULL when nobody can tell
ALTER TABLE model_names ADD COLUMN because VARCHAR;  -- why the list does not tell (all of) its price
-- Names are found by stricter rules now; each is looked up again when it is met.
DELETE FROM model_names;

CREATE TABLE tier_names (
    provider VARCHAR NOT NULL,                 -- as calls have it; '' when the emitter told none
    told     VARCHAR NOT NULL,                 -- calls.service_tier
    tier     VARCHAR NOT NULL                  -- standard, batch, flex, priority, fast, or the provider's own word
);

CREATE TABLE own_names (                       -- [[models]] of outlay.toml, replaced whole when the core starts
    place    INTEGER NOT NULL,                 -- the first that takes a name decides
    provider VARCHAR NOT NULL,
    pattern  VARCHAR NOT NULL,                 -- * at its ends only
    sold_as  VARCHAR NOT NULL                  -- provider/model; a * stands for what the pattern's first one took
);

CREATE TABLE discounts (                       -- [[discounts]] of outlay.toml, replaced whole when the core starts
    place      INTEGER NOT NULL,               -- of those that begin on one day, the first that takes a model decides
    provider   VARCHAR NOT NULL,
    pattern    VARCHAR NOT NULL,               -- * at its ends only
    percent    DECIMAL(9, 6) NOT NULL,
    valid_from TIMESTAMP NOT NULL
);

CREATE TABLE repricings (                      -- every time the charges of an open month were computed again
    repriced_at     TIMESTAMP NOT NULL,
    repriced_by     VARCHAR NOT NULL,
    month           VARCHAR NOT NULL,          -- '2026-10', in the business time zone
    since_at        TIMESTAMP NOT NULL,
    until_at        TIMESTAMP NOT NULL,
    calls           BIGINT NOT NULL,           -- billed calls of the month
    changed_calls   BIGINT NOT NULL,           -- whose cost, or lack of one, changed
    before_usd      DECIMAL(38, 12) NOT NULL,
    after_usd       DECIMAL(38, 12) NOT NULL,
    unpriced_before BIGINT NOT NULL,
    unpriced_after  BIGINT NOT NULL,
    price_versions  VARCHAR NOT NULL           -- price books the charges use now
);
