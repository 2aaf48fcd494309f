-- What metrics ask of every task, in its own row: to look up millions of outcomes by their tasks' ids takes seconds.

ALTER TABLE tasks ADD COLUMN outcome_source VARCHAR;            -- this and the next three: as outcome_status, of the latest outcome
ALTER TABLE tasks ADD COLUMN csat DECIMAL(4, 2);
ALTER TABLE tasks ADD COLUMN human_minutes DECIMAL(12, 2);
ALTER TABLE tasks ADD COLUMN told_at TIMESTAMP;
ALTER TABLE tasks ADD COLUMN other_outcomes STRUCT(             -- those of other kinds; NULL = none, as nearly always
    kind VARCHAR, status VARCHAR, decided_at TIMESTAMP, source VARCHAR, csat DECIMAL(4, 2), human_minutes DECIMAL(12, 2),
    told_at TIMESTAMP)[];
-- As what its month was closed with it: for outcome_kind, or for any kind where no outcome stands any more.
ALTER TABLE tasks ADD COLUMN closed_status VARCHAR;

UPDATE tasks
SET outcome_source = latest.source, csat = latest.csat, human_minutes = latest.human_minutes, told_at = latest.told_at
FROM task_outcomes AS latest
WHERE latest.sender = tasks.sender AND latest.owner = tasks.owner AND latest.task_id = tasks.task_id
  AND latest.kind = tasks.outcome_kind;

UPDATE tasks
SET other_outcomes = others.outcomes
FROM (
    SELECT
        task_outcomes.sender, task_outcomes.owner, task_outcomes.task_id,
        list({
            'kind': task_outcomes.kind, 'status': task_outcomes.status, 'decided_at': task_outcomes.decided_at,
            'source': task_outcomes.source, 'csat': task_outcomes.csat, 'human_minutes': task_outcomes.human_minutes,
            'told_at': task_outcomes.told_at
        } ORDER BY task_outcomes.kind) AS outcomes
    FROM task_outcomes
    JOIN tasks
      ON tasks.sender = task_outcomes.sender AND tasks.owner = task_outcomes.owner
     AND tasks.task_id = task_outcomes.task_id AND tasks.outcome_kind <> task_outcomes.kind
    GROUP BY task_outcomes.sender, task_outcomes.owner, task_outcomes.task_id
) AS others
WHERE others.sender = tasks.sender AND others.owner = tasks.owner AND others.task_id = tasks.task_id;

UPDATE tasks
SET closed_status = closed.status
FROM (
    SELECT tasks.sender, tasks.owner, tasks.task_id, max(closed_outcomes.status) AS status
    FROM tasks
    JOIN closes ON tasks.first_at >= closes.since_at AND tasks.first_at < closes.until_at
    JOIN closed_outcomes
      ON closed_outcomes.month = closes.month AND closed_outcomes.sender = tasks.sender
     AND closed_outcomes.owner = tasks.owner AND closed_outcomes.task_id = tasks.task_id
     AND closed_outcomes.kind = coalesce(tasks.outcome_kind, closed_outcomes.kind)
    GROUP BY tasks.sender, tasks.owner, tasks.task_id
) AS closed
WHERE closed.sender = tasks.sender AND closed.owner = tasks.owner AND closed.task_id = tasks.task_id;

CREATE VIEW standing_outcomes AS               -- of each task and kind the outcome that stands, with its task
SELECT
    sender, owner, task_id, team, workflow, environment, model, prompt_name, prompt_version, first_at,
    cost_usd, calls, unpriced_calls, incomplete_calls,
    outcome_kind AS kind, outcome_status AS status, decided_at, outcome_source AS source, csat, human_minutes, told_at,
    closed_status
FROM tasks
WHERE outcome_kind IS NOT NULL
UNION ALL
SELECT
    several.* EXCLUDE (other),
    other.kind, other.status, other.decided_at, other.source, other.csat, other.human_minutes, other.told_at,
    closed_outcomes.status AS closed_status
FROM (
    SELECT
        sender, owner, task_id, team, workflow, environment, model, prompt_name, prompt_version, first_at,
        cost_usd, calls, unpriced_calls, incomplete_calls,
        unnest(other_outcomes) AS other
    FROM tasks
    WHERE other_outcomes IS NOT NULL
) AS several
LEFT JOIN closes ON several.first_at >= closes.since_at AND several.first_at < closes.until_at
LEFT JOIN closed_outcomes
  ON closed_outcomes.month = closes.month AND closed_outcomes.sender = several.sender
 AND closed_outcomes.owner = several.owner AND closed_outcomes.task_id = several.task_id
 AND closed_outcomes.kind = other.kind;
