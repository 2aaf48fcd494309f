-- What became of the touched tasks: of each kind the outcome that was decided last, whoever told it.
-- An outcome told beside the spans names a task or a trace; it waits until exactly one task of its teams is meant.

-- Outcomes that are new, or that touched tasks are named by: the tasks they may mean are touched too, for an outcome
-- may have meant one of them until another came.
CREATE OR REPLACE TEMP TABLE meant AS
WITH asked AS (
    SELECT outcome_no, sender, speaks_for, team, task_id, trace_id
    FROM reported_outcomes
    WHERE outcome_no > (SELECT refreshed_outcome_no FROM refresh_mark)
       OR task_id IN (SELECT task_id FROM touched_tasks)
       OR trace_id IN (SELECT trace_id FROM touched_traces)
)
SELECT sender, owner, task_id FROM task_parts WHERE task_id IN (SELECT task_id FROM asked)
UNION
SELECT sender, owner, task_id FROM task_parts WHERE trace_id IN (SELECT trace_id FROM asked);

INSERT INTO touched_tasks
SELECT sender, owner, task_id FROM meant
EXCEPT
SELECT sender, owner, task_id FROM touched_tasks;

-- Now every outcome that may mean a touched task, with all tasks it may mean.
CREATE OR REPLACE TEMP TABLE meant AS
WITH traces AS (
    SELECT DISTINCT trace_id FROM task_parts SEMI JOIN touched_tasks USING (sender, owner, task_id)
),
asked AS (
    SELECT outcome_no, sender, speaks_for, team, task_id, trace_id
    FROM reported_outcomes
    WHERE task_id IN (SELECT task_id FROM touched_tasks)
       OR trace_id IN (SELECT trace_id FROM traces)
),
named AS (
    SELECT
        asked.outcome_no, task_parts.sender, task_parts.owner, task_parts.task_id, task_parts.team,
        asked.sender AS told_by, asked.speaks_for, asked.team AS told_team
    FROM asked
    JOIN task_parts ON task_parts.task_id = asked.task_id
    UNION ALL
    SELECT
        asked.outcome_no, task_parts.sender, task_parts.owner, task_parts.task_id, task_parts.team,
        asked.sender AS told_by, asked.speaks_for, asked.team AS told_team
    FROM asked
    JOIN task_parts ON task_parts.trace_id = asked.trace_id
),
allowed AS (
    SELECT DISTINCT outcome_no, sender, owner, task_id, sender = told_by AS own
    FROM named
    WHERE (sender = told_by OR speaks_for IS NULL OR coalesce(list_contains(speaks_for, team), FALSE))
      AND (told_team IS NULL OR lower(told_team) = lower(team))
),
nearest AS (
    SELECT outcome_no, sender, owner, task_id
    FROM allowed
    QUALIFY own = bool_or(own) OVER (PARTITION BY outcome_no)
)
SELECT outcome_no, sender, owner, task_id
FROM nearest
QUALIFY count(*) OVER (PARTITION BY outcome_no) = 1;

DELETE FROM task_outcomes WHERE (sender, owner, task_id) IN (SELECT (sender, owner, task_id) FROM touched_tasks);

INSERT INTO task_outcomes BY NAME
WITH told AS (
    SELECT
        sender, owner, task_id, kind, status, decided_at, source, value_usd, csat, human_minutes, told_at,
        trace_id AS told_by
    FROM outcome_parts
    SEMI JOIN touched_tasks USING (sender, owner, task_id)
    UNION ALL
    SELECT
        meant.sender, meant.owner, meant.task_id, told.kind, told.status, told.decided_at, told.source, told.value_usd,
        told.csat, told.human_minutes, told.received_at AS told_at, told.outcome_id AS told_by
    FROM meant
    JOIN reported_outcomes AS told ON told.outcome_no = meant.outcome_no
    JOIN touched_tasks AS touched
      ON touched.sender = meant.sender AND touched.owner = meant.owner AND touched.task_id = meant.task_id
),
in_order AS (
    -- The same whatever came first: of two that were decided at once, the words decide.
    SELECT
        told.*,
        row_number() OVER (
            PARTITION BY sender, owner, task_id, kind ORDER BY decided_at DESC, status, source, told_by, told_at
        ) AS place
    FROM told
)
SELECT
    sender, owner, task_id, kind,
    arg_min(status, place) AS status,
    max(decided_at) AS decided_at,
    arg_min(source, place) AS source,
    arg_min(value_usd, place) AS value_usd,
    arg_min(csat, place) AS csat,
    arg_min(human_minutes, place) AS human_minutes,
    arg_min(told_at, place) AS told_at
FROM in_order
GROUP BY sender, owner, task_id, kind;
