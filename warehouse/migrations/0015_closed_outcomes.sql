-- Months that were closed before outcomes were kept with them: their tasks stay as they stand today.

INSERT INTO closed_outcomes
SELECT
    closes.month, task_outcomes.sender, task_outcomes.owner, task_outcomes.task_id, task_outcomes.kind,
    task_outcomes.status
FROM task_outcomes
JOIN tasks
  ON tasks.sender = task_outcomes.sender AND tasks.owner = task_outcomes.owner
 AND tasks.task_id = task_outcomes.task_id
JOIN closes ON tasks.first_at >= closes.since_at AND tasks.first_at < closes.until_at
WHERE closes.month NOT IN (SELECT month FROM closed_outcomes);
