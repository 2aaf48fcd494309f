-- What the ledger has of `touched_traces` already: their parts of tasks, found by the keys of their ids.
-- refresh.py runs it whenever traces were touched, before anything of theirs is looked for.

CREATE OR REPLACE TEMP TABLE known_parts AS
WITH found AS (
    SELECT rowid AS place FROM task_parts WHERE trace_key IN (SELECT key_of(trace_id) FROM touched_traces)
),
stored AS (
    SELECT sender, owner, trace_id, task_id, task_no, first_at, last_at
    FROM task_parts
    WHERE rowid IN (SELECT place FROM found)
)
SELECT stored.*
FROM stored
SEMI JOIN touched_traces USING (sender, trace_id);
