/*
title  = "Judges who disagree"
unit   = "share of answers judged twice"
grain  = ["team", "workflow", "evaluation"]
by     = ["team", "workflow", "environment", "evaluation", "day", "week", "month"]
params = ["since", "until", "teams", "by", "zone"]
coverage = ["judged_twice", "judged"]
why    = """
How far a verdict can be trusted: of the tasks that one evaluation judged at least twice (two judges, a judge and a
person, the same judge again), the share that passed once and failed once, with the 95 % Wilson interval. Coverage is the
share of judged tasks that were judged twice at all."""

[rates]
disagreement_rate = ["disagreements", "judged_twice"]
*/
WITH verdicts AS (
    SELECT
        task_no, name AS evaluation,
        min(team) AS team,
        min(workflow) AS workflow,
        min(environment) AS environment,
        min(checked_at) AS first_at,
        count(*) AS verdicts,
        count(CASE WHEN result = 'passed' THEN 1 END) AS passed
    FROM task_checks
    WHERE kind = 'evaluation'
      AND result IN ('passed', 'failed')
      AND ($since IS NULL OR checked_at >= $since)
      AND ($until IS NULL OR checked_at < $until)
      AND ($teams IS NULL OR list_contains($teams, team))
    GROUP BY task_no, name
),
asked AS (
    SELECT
        team, workflow, environment, evaluation,
        day_of(first_at, $zone) AS day, week_of(first_at, $zone) AS week, month_of(first_at, $zone) AS month,
        verdicts, passed
    FROM verdicts
)
SELECT
    {by},
    count(*) AS judged,
    count(CASE WHEN verdicts > 1 THEN 1 END) AS judged_twice,
    count(CASE WHEN passed > 0 AND passed < verdicts THEN 1 END) AS disagreements
FROM asked
GROUP BY {by}
ORDER BY {by}
