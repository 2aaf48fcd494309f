/*
title  = "Resolution, escalation, deflection"
unit   = "share of decided tasks"
grain  = ["team", "workflow", "outcome_kind"]
by     = ["team", "workflow", "environment", "model", "prompt_name", "prompt_version", "day", "week", "month"]
params = ["since", "until", "teams", "as_of", "by", "zone"]
coverage = ["decided_tasks", "tasks"]
why    = """
What becomes of tasks, by the kind of their outcome, with 95 % Wilson intervals. Resolution and escalation are shares of
the attempted tasks, those resolved, failed or escalated; deflection is the share of all decided tasks that were resolved
without a minute of anybody's time. Only outcomes that stood as long as outlay.toml asks at $as_of are counted: the others
are unmatured, and every outcome decided before mature_through is mature. Time to resolution is from a task's first span
to the decision. CSAT is the mean of the answers given, and satisfied the share of 4 and 5 among them."""

[ratios]
csat = ["csat_sum", "csat_answers"]

[rates]
resolution_rate = ["resolved_tasks", "attempted_tasks"]
escalation_rate = ["escalated_tasks", "attempted_tasks"]
deflection_rate = ["deflected_tasks", "decided_tasks"]
satisfied_rate = ["satisfied_answers", "csat_answers"]
*/
WITH kinds AS (
    SELECT DISTINCT team, workflow, kind
    FROM standing_outcomes
    WHERE ($teams IS NULL OR list_contains($teams, team))
),
usual AS (
    SELECT max(maturity_hours) AS maturity_hours FROM outcome_rules WHERE kind = ''
),
maturity AS (
    SELECT
        told.kind,
        $as_of - coalesce(outcome_rules.maturity_hours, usual.maturity_hours) * INTERVAL 1 HOUR AS mature_through
    FROM (SELECT DISTINCT kind FROM kinds) AS told
    CROSS JOIN usual
    LEFT JOIN outcome_rules ON outcome_rules.kind = told.kind
),
told AS (
    SELECT
        team, workflow, environment, model, prompt_name, prompt_version, first_at,
        kind, status, decided_at, source, csat, human_minutes
    FROM standing_outcomes
    UNION ALL
    -- A task without an outcome may still have one of any kind that its workflow tells.
    SELECT
        tasks.team, tasks.workflow, environment, model, prompt_name, prompt_version, first_at,
        kinds.kind, NULL AS status, NULL AS decided_at, NULL AS source, NULL AS csat, NULL AS human_minutes
    FROM tasks
    INNER JOIN kinds
        ON kinds.team IS NOT DISTINCT FROM tasks.team
        AND kinds.workflow IS NOT DISTINCT FROM tasks.workflow
    WHERE tasks.outcome_kind IS NULL
      AND (tasks.calls > 0 OR tasks.failed_calls > 0)
),
asked AS (
    SELECT
        told.team, told.workflow, told.environment, told.model, told.prompt_name, told.prompt_version,
        calendar.day, calendar.week, calendar.month,
        told.kind AS outcome_kind,
        told.status, told.source, told.csat, told.human_minutes,
        coalesce(told.decided_at <= maturity.mature_through, FALSE) AS matured,
        date_diff('second', told.first_at, told.decided_at) AS seconds
    FROM told
    INNER JOIN maturity ON maturity.kind = told.kind
    LEFT JOIN calendar_of_tasks($since, $until, $by, $zone) AS calendar
        ON calendar.quarter_at = time_bucket(INTERVAL 15 MINUTE, told.first_at)
    WHERE ($since IS NULL OR told.first_at >= $since)
      AND ($until IS NULL OR told.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, told.team))
),
alike AS (
    -- Alike tasks first, so that what became of them is looked at once and not task by task.
    SELECT
        outcome_kind, {by}, status, matured,
        count(*) AS tasks,
        count(CASE WHEN source <> 'human' AND coalesce(human_minutes, 0) = 0 THEN 1 END) AS untouched_tasks,
        quantile_cont(CASE WHEN matured AND status = 'resolved' THEN seconds END, [0.5, 0.95]) AS quantiles,
        sum(csat) AS csat_sum,
        count(csat) AS csat_answers,
        count(CASE WHEN csat >= 4 THEN 1 END) AS satisfied_answers
    FROM asked
    GROUP BY outcome_kind, {by}, status, matured
),
counted AS (
    SELECT alike.*, CASE WHEN matured THEN status END AS became, maturity.mature_through
    FROM alike
    INNER JOIN maturity ON maturity.kind = alike.outcome_kind
)
SELECT
    outcome_kind, {by},
    sum(tasks) AS tasks,
    coalesce(sum(tasks) FILTER (WHERE matured), 0) AS decided_tasks,
    coalesce(sum(tasks) FILTER (WHERE became IN ('resolved', 'failed', 'escalated')), 0) AS attempted_tasks,
    coalesce(sum(tasks) FILTER (WHERE became = 'resolved'), 0) AS resolved_tasks,
    coalesce(sum(tasks) FILTER (WHERE became = 'failed'), 0) AS failed_tasks,
    coalesce(sum(tasks) FILTER (WHERE became = 'escalated'), 0) AS escalated_tasks,
    coalesce(sum(tasks) FILTER (WHERE became = 'abandoned'), 0) AS abandoned_tasks,
    coalesce(sum(tasks) FILTER (WHERE became = 'refused'), 0) AS refused_tasks,
    coalesce(sum(tasks) FILTER (WHERE became = 'reopened'), 0) AS reopened_tasks,
    coalesce(sum(untouched_tasks) FILTER (WHERE became = 'resolved'), 0) AS deflected_tasks,
    coalesce(sum(tasks) FILTER (WHERE status IS NOT NULL AND NOT matured), 0) AS unmatured_tasks,
    coalesce(sum(tasks) FILTER (WHERE status IS NULL), 0) AS undecided_tasks,
    max(mature_through) AS mature_through,
    round(any_value(quantiles)[1], 2) AS seconds_to_resolution_p50,
    round(any_value(quantiles)[2], 2) AS seconds_to_resolution_p95,
    coalesce(sum(csat_sum) FILTER (WHERE matured), 0) AS csat_sum,
    coalesce(sum(csat_answers) FILTER (WHERE matured), 0) AS csat_answers,
    coalesce(sum(satisfied_answers) FILTER (WHERE matured), 0) AS satisfied_answers
FROM counted
GROUP BY outcome_kind, {by}
ORDER BY tasks DESC, {by}, outcome_kind
