-- Which facts are which failure mode: [[failure_modes]] of outlay.toml, then ours; replaced whole when the core starts.

CREATE TABLE failure_rules (
    place   INTEGER NOT NULL,                  -- the first that takes a fact decides
    fact    VARCHAR NOT NULL,                  -- guardrail, evaluation, tool, retrieval, call, incident
    pattern VARCHAR NOT NULL,                  -- of its name in lower case, as in LIKE
    mode    VARCHAR NOT NULL
);
