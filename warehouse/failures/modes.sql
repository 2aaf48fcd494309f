-- What went wrong in a period, by failure mode, team and workflow: how often, in how many tasks, and what those cost.
-- A spike's cost is its impact; a task that failed in several ways costs in each of them, so modes are not to be summed.
WITH retrievals AS (
    SELECT
        name, team, workflow, sender, CASE WHEN team_believed THEN team ELSE '' END AS owner,
        coalesce(task_id, trace_id) AS task_id
    FROM spans
    WHERE role = 'retrieval'
      AND status = 'error'
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
),
searched AS (
    -- Only the tasks of such spans, so that nobody looks for millions of others.
    SELECT task_no, sender, owner, task_id FROM tasks SEMI JOIN retrievals USING (sender, owner, task_id)
),
events AS (
    SELECT 'guardrail' AS fact, lower(name) AS name, team, workflow, task_no, NULL AS unknown_task
    FROM task_checks
    WHERE kind = 'guardrail'
      AND result IN ('blocked', 'rewritten', 'flagged')
      AND ($since IS NULL OR checked_at >= $since)
      AND ($until IS NULL OR checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    UNION ALL
    SELECT 'evaluation', lower(name), team, workflow, task_no, NULL
    FROM task_checks
    WHERE kind = 'evaluation'
      AND result = 'failed'
      AND ($since IS NULL OR checked_at >= $since)
      AND ($until IS NULL OR checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    UNION ALL
    SELECT 'tool', lower(coalesce(tool, '')), team, workflow, task_no, NULL
    FROM tool_uses
    WHERE failed_calls > 0
      AND ($since IS NULL OR used_at >= $since)
      AND ($until IS NULL OR used_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    UNION ALL
    SELECT 'retrieval', lower(name), team, workflow, task_no,
        CASE WHEN task_no IS NULL THEN concat_ws(chr(10), sender, owner, task_id) END
    FROM retrievals
    LEFT JOIN searched USING (sender, owner, task_id)
    UNION ALL
    SELECT 'call', lower(coalesce(error_type, '')), team, workflow, task_no, NULL
    FROM calls
    WHERE failed
      AND ($since IS NULL OR started_at >= $since)
      AND ($until IS NULL OR started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
),
names AS (
    SELECT DISTINCT fact, name FROM events
),
modes AS (
    SELECT names.fact, names.name, arg_min(failure_rules.mode, failure_rules.place) AS mode
    FROM names
    INNER JOIN failure_rules ON failure_rules.fact = names.fact AND names.name LIKE failure_rules.pattern
    GROUP BY names.fact, names.name
),
placed AS (
    SELECT coalesce(modes.mode, 'other') AS mode, events.team, events.workflow, events.task_no, events.unknown_task
    FROM events
    LEFT JOIN modes ON modes.fact = events.fact AND modes.name = events.name
),
struck AS (
    SELECT mode, team, workflow, task_no, unknown_task, count(*) AS events
    FROM placed
    GROUP BY mode, team, workflow, task_no, unknown_task
),
known AS (
    -- Only the tasks that were struck, so that nobody holds millions of others.
    SELECT task_no, cost_usd FROM tasks SEMI JOIN struck USING (task_no)
),
counted AS (
    SELECT
        struck.mode, struck.team, struck.workflow,
        sum(struck.events) AS events,
        count(*) AS tasks,
        sum(coalesce(known.cost_usd, 0)) AS cost_usd
    FROM struck
    LEFT JOIN known ON known.task_no = struck.task_no
    GROUP BY struck.mode, struck.team, struck.workflow
),
spikes AS (
    SELECT
        coalesce((
            SELECT arg_min(mode, place) FROM failure_rules
            WHERE fact = 'incident' AND incidents.kind LIKE pattern
        ), 'other') AS mode,
        team, workflow, count(*) AS events, sum(impact_usd) AS cost_usd
    FROM incidents
    WHERE kind = 'spend_spike'
      -- A rise that a whole team shares holds the money of what stands under it; one of all teams is no team's.
      AND whole IS DISTINCT FROM 'company'
      AND NOT EXISTS (
          SELECT 1 FROM incidents AS wholes WHERE wholes.incident_id = incidents.parent_id AND wholes.whole = 'team'
      )
      AND ($since IS NULL OR opened_at >= $since)
      AND ($until IS NULL OR opened_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY ALL
)
SELECT mode, team, workflow, events, tasks, cost_usd
FROM counted
UNION ALL
SELECT mode, team, workflow, events, 0, cost_usd
FROM spikes
ORDER BY 4 DESC, 1, 2 NULLS LAST, 3 NULLS LAST
