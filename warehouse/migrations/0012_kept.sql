-- Counted up before what only the warehouse knows is written down beside it (warehouse/kept.py): a warehouse whose
-- number is smaller than the one written down has lost something that was committed.

CREATE TABLE kept_version (version BIGINT NOT NULL);
INSERT INTO kept_version VALUES (0);
