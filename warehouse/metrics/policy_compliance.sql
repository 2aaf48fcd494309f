/*
title  = "Policy compliance"
unit   = "share of guarded tasks"
grain  = ["team", "workflow"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
coverage = ["guarded_tasks", "tasks"]
why    = """
How many of the tasks that a guardrail looked at broke no rule: nothing in them was blocked or flagged. What a guardrail
rewrote was mended, and complies. With the 95 % Wilson interval. Coverage is the share of tasks that any guardrail looked
at with a result that says something: of the others nobody knows."""

[rates]
compliance_rate = ["compliant_tasks", "guarded_tasks"]
*/
WITH looked AS NOT MATERIALIZED (
    SELECT task_no, result
    FROM task_checks
    WHERE kind = 'guardrail'
      AND result IN ('passed', 'blocked', 'rewritten', 'flagged')
      AND ($teams IS NULL OR list_contains($teams, team))
),
struck AS (
    -- Most tasks passed: the few that did not are summed by themselves.
    SELECT task_no, count(CASE WHEN result <> 'rewritten' THEN 1 END) AS violations
    FROM looked
    WHERE result <> 'passed'
    GROUP BY task_no
),
asked AS NOT MATERIALIZED (
    SELECT
        tasks.task_no,
        tasks.team, tasks.workflow, tasks.environment, tasks.model, tasks.prompt_name, tasks.prompt_version,
        calendar.day, calendar.week, calendar.month
    FROM tasks
    LEFT JOIN calendar_of_tasks($since, $until, $by, $zone) AS calendar
        ON calendar.quarter_at = time_bucket(INTERVAL 15 MINUTE, tasks.first_at)
    WHERE (tasks.calls > 0 OR tasks.failed_calls > 0 OR tasks.outcome_status IS NOT NULL)
      AND ($since IS NULL OR tasks.first_at >= $since)
      AND ($until IS NULL OR tasks.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, tasks.team))
),
guarded AS (
    SELECT asked.*, struck.violations
    FROM asked
    SEMI JOIN looked ON looked.task_no = asked.task_no
    LEFT JOIN struck ON struck.task_no = asked.task_no
),
counted AS (
    -- All tasks by themselves, so that nobody looks for what was found in each of them.
    SELECT
        {by}, count(*) AS tasks, 0 AS guarded_tasks, 0 AS compliant_tasks, 0 AS mended_tasks, 0 AS violations
    FROM asked
    GROUP BY {by}
    UNION ALL
    SELECT
        {by},
        0 AS tasks,
        count(*) AS guarded_tasks,
        count(CASE WHEN coalesce(violations, 0) = 0 THEN 1 END) AS compliant_tasks,
        -- Struck without a violation: all that was done is that something was rewritten.
        count(CASE WHEN violations = 0 THEN 1 END) AS mended_tasks,
        coalesce(sum(violations), 0) AS violations
    FROM guarded
    GROUP BY {by}
)
SELECT
    {by},
    sum(tasks) AS tasks,
    sum(guarded_tasks) AS guarded_tasks,
    sum(compliant_tasks) AS compliant_tasks,
    sum(mended_tasks) AS mended_tasks,
    sum(violations) AS violations
FROM counted
GROUP BY {by}
ORDER BY violations DESC, tasks DESC, {by}
