-- The price book: dated lines, appended.

CREATE TABLE price_books (
    version   VARCHAR NOT NULL,                -- 'genai-prices 0.2.3'
    loaded_at TIMESTAMP NOT NULL,
    lines     BIGINT NOT NULL,
    sha256    VARCHAR NOT NULL                 -- of the lines
);

CREATE TABLE price_lines (
    line_no          INTEGER NOT NULL,
    layer            VARCHAR NOT NULL,         -- list, contract, override
    provider         VARCHAR NOT NULL,
    model            VARCHAR NOT NULL,
    token_class      VARCHAR NOT NULL,
    service_tier     VARCHAR NOT NULL,         -- standard, batch, flex, priority, fast
    min_input_tokens BIGINT NOT NULL,          -- the whole request is priced by the highest threshold its input passes
    valid_from       TIMESTAMP NOT NULL,       -- half-open: valid_from <= started_at < valid_to
    valid_to         TIMESTAMP NOT NULL,
    from_minute      SMALLINT NOT NULL,        -- minutes of the UTC day, half-open: 0 to 1440 unless priced by time of day
    until_minute     SMALLINT NOT NULL,
    usd_per_token    DECIMAL(18, 12) NOT NULL,
    source           VARCHAR NOT NULL,         -- where the number comes from, in words
    book_version     VARCHAR NOT NULL
);

CREATE TABLE model_names (
    provider       VARCHAR NOT NULL,           -- as calls have it; '' when the emitter told none
    model          VARCHAR NOT NULL,           -- as calls have it
    price_provider VARCHAR,                    -- NULL = nobody sells it under this name
    price_model    VARCHAR,
    matched_by     VARCHAR NOT NULL            -- exact, alias, dated, prefix, other provider, none
);
