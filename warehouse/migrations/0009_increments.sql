-- What each data point adds to what was counted before it: computed by the refresh, and computed again when a late one comes.

CREATE TABLE increments (
    point_no BIGINT NOT NULL,
    added    DECIMAL(38, 12) NOT NULL          -- of a counter that only grows: tokens, or US dollars
);
