-- What a refresh finds again, it finds by numbers: to look through the texts of all tasks ever held takes ten times as long.

CREATE MACRO key_of(id) AS md5_number_lower(id);   -- of another key is another id

ALTER TABLE refresh_mark ADD COLUMN last_task_no BIGINT DEFAULT 0;   -- the greatest number a task was ever given

UPDATE refresh_mark SET last_task_no = (SELECT coalesce(max(task_no), 0) FROM tasks);

ALTER TABLE task_parts ADD COLUMN task_no BIGINT;
ALTER TABLE task_parts ADD COLUMN task_key UBIGINT;    -- of the task's id
ALTER TABLE task_parts ADD COLUMN trace_key UBIGINT;   -- of the trace's id
ALTER TABLE outcome_parts ADD COLUMN task_no BIGINT;
ALTER TABLE task_outcomes ADD COLUMN task_no BIGINT;

UPDATE task_parts
SET
    task_no = tasks.task_no, task_key = key_of(task_parts.task_id), trace_key = key_of(task_parts.trace_id)
FROM tasks
WHERE tasks.sender = task_parts.sender AND tasks.owner = task_parts.owner AND tasks.task_id = task_parts.task_id;

UPDATE outcome_parts
SET task_no = tasks.task_no
FROM tasks
WHERE tasks.sender = outcome_parts.sender AND tasks.owner = outcome_parts.owner AND tasks.task_id = outcome_parts.task_id;

UPDATE task_outcomes
SET task_no = tasks.task_no
FROM tasks
WHERE tasks.sender = task_outcomes.sender AND tasks.owner = task_outcomes.owner AND tasks.task_id = task_outcomes.task_id;

CREATE TABLE named_outcomes (                  -- of every outcome that was told beside the spans, what it names
    outcome_no BIGINT NOT NULL,
    named_key  UBIGINT NOT NULL                -- of a task's id or a trace's
);

INSERT INTO named_outcomes
SELECT outcome_no, key_of(id)
FROM (SELECT outcome_no, unnest([task_id, trace_id]) AS id FROM reported_outcomes)
WHERE id IS NOT NULL
  AND outcome_no <= (SELECT refreshed_outcome_no FROM refresh_mark);
