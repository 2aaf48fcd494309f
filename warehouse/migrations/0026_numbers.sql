-- Tasks are numbered, so that what belongs to one is found by its number: to join millions by three texts takes seconds.
-- A number names a task inside this warehouse only, for as long as it has spans or calls.

ALTER TABLE tasks ADD COLUMN task_no BIGINT;
ALTER TABLE calls ADD COLUMN task_no BIGINT;
ALTER TABLE task_checks ADD COLUMN task_no BIGINT;
ALTER TABLE tool_uses ADD COLUMN task_no BIGINT;

UPDATE tasks SET task_no = rowid + 1;

UPDATE calls
SET task_no = tasks.task_no
FROM tasks
WHERE tasks.sender = calls.sender AND tasks.owner = calls.owner AND tasks.task_id = calls.task_id;

UPDATE task_checks
SET task_no = tasks.task_no
FROM tasks
WHERE tasks.sender = task_checks.sender AND tasks.owner = task_checks.owner AND tasks.task_id = task_checks.task_id;

UPDATE tool_uses
SET task_no = tasks.task_no
FROM tasks
WHERE tasks.sender = tool_uses.sender AND tasks.owner = tool_uses.owner AND tasks.task_id = tool_uses.task_id;
