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

-- Now every outcome that may mean a touched task, with the one task it means. Many outcomes may name a task of many
-- traces: what asks the same is asked once, of what answers the same.
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
    SELECT task_no, sender, team, unnest([concat('task ', task_id), concat('trace ', trace_id)]) AS id
    FROM task_parts
    WHERE rowid IN (SELECT place FROM found)
),
answers AS (
    SELECT
        id, sender, team, min(task_no) AS first_no, max(task_no) AS last_no,
        unnest([NULL, lower(team)]) AS of_team  -- who tells no team asks of every one
    FROM parts
    GROUP BY id, sender, team
),
names AS (
    SELECT
        outcome_no, sender, speaks_for, lower(team) AS of_team, unnest(['task ' || task_id, 'trace ' || trace_id]) AS id
    FROM asked
),
questions AS (
    SELECT
        outcome_no, id, sender, speaks_for, of_team,
        min(outcome_no) OVER (PARTITION BY id, sender, speaks_for, of_team) AS question_no
    FROM names
    WHERE id IS NOT NULL
),
answered AS (
    SELECT
        questions.id, questions.question_no,
        min(answers.first_no) AS first_no,
        max(answers.last_no) AS last_no,
        min(answers.first_no) FILTER (WHERE answers.sender = questions.sender) AS first_own_no,
        max(answers.last_no) FILTER (WHERE answers.sender = questions.sender) AS last_own_no
    FROM questions
    JOIN answers ON answers.id = questions.id AND answers.of_team IS NOT DISTINCT FROM questions.of_team
    WHERE questions.outcome_no = questions.question_no
      AND (
          answers.sender = questions.sender OR questions.speaks_for IS NULL
          OR coalesce(list_contains(questions.speaks_for, answers.team), FALSE)
      )
    GROUP BY questions.id, questions.question_no
),
nearest AS (
    -- Its sender's own tasks come before those of others.
    SELECT
        questions.outcome_no,
        coalesce(min(answered.first_own_no), min(answered.first_no)) AS first_no,
        coalesce(max(answered.last_own_no), max(answered.last_no)) AS last_no
    FROM questions
    JOIN answered USING (id, question_no)
    GROUP BY questions.outcome_no
)
SELECT outcome_no, first_no AS task_no
FROM nearest
WHERE first_no = last_no;

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
