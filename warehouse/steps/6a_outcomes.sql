-- What became of the touched tasks: of each kind the outcome that was decided last, whoever told it.
-- An outcome told beside the spans names a task or a trace; it waits until exactly one task of its teams is meant.

INSERT INTO named_outcomes
SELECT outcome_no, key_of(id)
FROM (SELECT outcome_no, unnest([task_id, trace_id]) AS id FROM reported_outcomes)
WHERE id IS NOT NULL
  AND outcome_no > (SELECT refreshed_outcome_no FROM refresh_mark);

-- Outcomes that are new, or that touched tasks are named by: the tasks they may mean are touched too, for an outcome
-- may have meant one of them until another came. By keys alone: a task that shares but the key comes out as it was.
INSERT INTO touched_tasks
WITH asked AS (
    SELECT outcome_no
    FROM named_outcomes
    WHERE outcome_no > (SELECT refreshed_outcome_no FROM refresh_mark)
    UNION
    SELECT outcome_no
    FROM named_outcomes
    WHERE named_key IN (
        SELECT key_of(task_id) FROM touched_tasks UNION ALL SELECT key_of(trace_id) FROM touched_traces)
),
names AS (
    SELECT named_key FROM named_outcomes WHERE outcome_no IN (SELECT outcome_no FROM asked)
),
found AS (
    SELECT rowid AS place FROM task_parts WHERE task_key IN (SELECT named_key FROM names)
    UNION
    SELECT rowid AS place FROM task_parts WHERE trace_key IN (SELECT named_key FROM names)
)
SELECT DISTINCT sender, owner, task_id, task_no
FROM task_parts
ANTI JOIN touched_tasks USING (task_no)
WHERE rowid IN (SELECT place FROM found);

-- Now every outcome that may mean a touched task, with all tasks it may mean.
CREATE OR REPLACE TEMP TABLE meant AS
WITH traces AS (
    SELECT DISTINCT trace_id FROM task_parts WHERE task_no IN (SELECT task_no FROM touched_tasks)
),
asked AS (
    SELECT outcome_no, sender, speaks_for, team, task_id, trace_id
    FROM reported_outcomes
    WHERE outcome_no IN (
        SELECT outcome_no
        FROM named_outcomes
        WHERE named_key IN (SELECT key_of(task_id) FROM touched_tasks UNION ALL SELECT key_of(trace_id) FROM traces)
    )
),
found AS (
    SELECT rowid AS place FROM task_parts WHERE task_key IN (SELECT key_of(task_id) FROM asked)
    UNION
    SELECT rowid AS place FROM task_parts WHERE trace_key IN (SELECT key_of(trace_id) FROM asked)
),
parts AS (
    SELECT sender, owner, task_id, task_no, trace_id, team FROM task_parts WHERE rowid IN (SELECT place FROM found)
),
named AS (
    SELECT
        asked.outcome_no, parts.sender, parts.task_no, parts.team,
        asked.sender AS told_by, asked.speaks_for, asked.team AS told_team
    FROM asked
    JOIN parts ON parts.task_id = asked.task_id
    UNION ALL
    SELECT
        asked.outcome_no, parts.sender, parts.task_no, parts.team,
        asked.sender AS told_by, asked.speaks_for, asked.team AS told_team
    FROM asked
    JOIN parts ON parts.trace_id = asked.trace_id
),
allowed AS (
    SELECT DISTINCT outcome_no, task_no, sender = told_by AS own
    FROM named
    WHERE (sender = told_by OR speaks_for IS NULL OR coalesce(list_contains(speaks_for, team), FALSE))
      AND (told_team IS NULL OR lower(told_team) = lower(team))
),
nearest AS (
    SELECT outcome_no, task_no
    FROM allowed
    QUALIFY own = bool_or(own) OVER (PARTITION BY outcome_no)
)
SELECT outcome_no, task_no
FROM nearest
QUALIFY count(*) OVER (PARTITION BY outcome_no) = 1;

DELETE FROM task_outcomes WHERE task_no IN (SELECT task_no FROM touched_tasks);

INSERT INTO task_outcomes BY NAME
WITH told AS (
    SELECT
        task_no, kind, status, decided_at, source, value_usd, csat, human_minutes, told_at, trace_id AS told_by
    FROM outcome_parts
    WHERE task_no IN (SELECT task_no FROM touched_tasks)
    UNION ALL
    SELECT
        meant.task_no, told.kind, told.status, told.decided_at, told.source, told.value_usd, told.csat,
        told.human_minutes, told.received_at AS told_at, told.outcome_id AS told_by
    FROM meant
    JOIN reported_outcomes AS told ON told.outcome_no = meant.outcome_no
),
in_order AS (
    -- The same whatever came first: of two that were decided at once, the words decide.
    SELECT
        told.*,
        row_number() OVER (
            PARTITION BY task_no, kind ORDER BY decided_at DESC, status, source, told_by, told_at
        ) AS place
    FROM told
)
SELECT
    touched_tasks.sender, touched_tasks.owner, touched_tasks.task_id, touched_tasks.task_no, kind,
    arg_min(status, place) AS status,
    max(decided_at) AS decided_at,
    arg_min(source, place) AS source,
    arg_min(value_usd, place) AS value_usd,
    arg_min(csat, place) AS csat,
    arg_min(human_minutes, place) AS human_minutes,
    arg_min(told_at, place) AS told_at
FROM in_order
JOIN touched_tasks USING (task_no)
GROUP BY ALL;
