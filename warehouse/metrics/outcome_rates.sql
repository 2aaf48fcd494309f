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
        CASE WHEN list_contains($by, 'team') THEN told.team END AS team,
        CASE WHEN list_contains($by, 'workflow') THEN told.workflow END AS workflow,
        CASE WHEN list_contains($by, 'environment') THEN told.environment END AS environment,
        CASE WHEN list_contains($by, 'model') THEN told.model END AS model,
        CASE WHEN list_contains($by, 'prompt_name') THEN told.prompt_name END AS prompt_name,
        CASE WHEN list_contains($by, 'prompt_version') THEN told.prompt_version END AS prompt_version,
        CASE
            WHEN list_contains($by, 'day')
                THEN CAST(date_trunc('day', told.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS day,
        CASE
            WHEN list_contains($by, 'week')
                THEN CAST(date_trunc('week', told.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS week,
        CASE
            WHEN list_contains($by, 'month')
                THEN CAST(date_trunc('month', told.first_at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS DATE)
        END AS month,
        told.kind AS outcome_kind,
        told.status, told.source, told.csat, told.human_minutes,
        coalesce(told.decided_at <= maturity.mature_through, FALSE) AS matured,
        date_diff('second', told.first_at, told.decided_at) AS seconds,
        maturity.mature_through
    FROM told
    INNER JOIN maturity ON maturity.kind = told.kind
    WHERE ($since IS NULL OR told.first_at >= $since)
      AND ($until IS NULL OR told.first_at < $until)
      AND ($teams IS NULL OR list_contains($teams, told.team))
),
summed AS (
    SELECT
        outcome_kind, team, workflow, environment, model, prompt_name, prompt_version, day, week, month,
        count(*) AS tasks,
        count(CASE WHEN matured THEN 1 END) AS decided_tasks,
        count(CASE WHEN matured AND status IN ('resolved', 'failed', 'escalated') THEN 1 END) AS attempted_tasks,
        count(CASE WHEN matured AND status = 'resolved' THEN 1 END) AS resolved_tasks,
        count(CASE WHEN matured AND status = 'failed' THEN 1 END) AS failed_tasks,
        count(CASE WHEN matured AND status = 'escalated' THEN 1 END) AS escalated_tasks,
        count(CASE WHEN matured AND status = 'abandoned' THEN 1 END) AS abandoned_tasks,
        count(CASE WHEN matured AND status = 'refused' THEN 1 END) AS refused_tasks,
        count(CASE WHEN matured AND status = 'reopened' THEN 1 END) AS reopened_tasks,
        count(CASE
            WHEN matured AND status = 'resolved' AND source <> 'human' AND coalesce(human_minutes, 0) = 0 THEN 1
        END) AS deflected_tasks,
        count(CASE WHEN status IS NOT NULL AND NOT matured THEN 1 END) AS unmatured_tasks,
        count(CASE WHEN status IS NULL THEN 1 END) AS undecided_tasks,
        max(mature_through) AS mature_through,
        quantile_cont(CASE WHEN matured AND status = 'resolved' THEN seconds END, [0.5, 0.95]) AS quantiles,
        coalesce(sum(CASE WHEN matured THEN csat END), 0) AS csat_sum,
        count(CASE WHEN matured THEN csat END) AS csat_answers,
        count(CASE WHEN matured AND csat >= 4 THEN 1 END) AS satisfied_answers
    FROM asked
    GROUP BY outcome_kind, team, workflow, environment, model, prompt_name, prompt_version, day, week, month
)
SELECT
    outcome_kind, team, workflow, environment, model, prompt_name, prompt_version, day, week, month,
    tasks,
    decided_tasks,
    attempted_tasks,
    resolved_tasks,
    failed_tasks,
    escalated_tasks,
    abandoned_tasks,
    refused_tasks,
    reopened_tasks,
    deflected_tasks,
    unmatured_tasks,
    undecided_tasks,
    mature_through,
    round(quantiles[1], 2) AS seconds_to_resolution_p50,
    round(quantiles[2], 2) AS seconds_to_resolution_p95,
    csat_sum,
    csat_answers,
    satisfied_answers
FROM summed
ORDER BY month, week, day, tasks DESC, 
    team NULLS LAST, workflow NULLS LAST, environment NULLS LAST, model NULLS LAST, prompt_name NULLS LAST,
    prompt_version NULLS LAST, outcome_kind
