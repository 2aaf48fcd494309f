-- Put new costs in the place of the old ones: charges, calls, then the tasks and hours that sum them.
-- Before: `priced` and `costs` of the calls. After: `touched_hours`, for 7_hours.sql.

CREATE OR REPLACE TEMP TABLE repriced AS
WITH fresh AS (
    SELECT span_no, token_class, quantity, line_no AS price_line_no, cost_usd
    FROM priced
    WHERE cost_usd IS NOT NULL AND quantity > 0
),
booked AS (
    SELECT charges.span_no, charges.token_class, charges.quantity, charges.price_line_no, charges.cost_usd
    FROM charges
    SEMI JOIN costs ON costs.span_no = charges.span_no
),
added AS (
    SELECT span_no, token_class, quantity, price_line_no, cost_usd FROM fresh
    EXCEPT
    SELECT span_no, token_class, quantity, price_line_no, cost_usd FROM booked
),
dropped AS (
    SELECT span_no, token_class, quantity, price_line_no, cost_usd FROM booked
    EXCEPT
    SELECT span_no, token_class, quantity, price_line_no, cost_usd FROM fresh
),
retold AS (
    SELECT calls.span_no
    FROM calls
    JOIN costs USING (span_no)
    WHERE calls.cost_usd IS DISTINCT FROM costs.cost_usd
       OR calls.cache_saved_usd IS DISTINCT FROM costs.cache_saved_usd
       OR calls.unpriced_because IS DISTINCT FROM costs.unpriced_because
)
SELECT span_no FROM added
UNION
SELECT span_no FROM dropped
UNION
SELECT span_no FROM retold;

DELETE FROM charges WHERE span_no IN (SELECT span_no FROM repriced);

INSERT INTO charges
SELECT span_no, token_class, quantity, line_no, cost_usd
FROM priced
WHERE cost_usd IS NOT NULL AND quantity > 0 AND span_no IN (SELECT span_no FROM repriced)
ORDER BY span_no;

UPDATE calls
SET cost_usd = costs.cost_usd, cache_saved_usd = costs.cache_saved_usd, unpriced_because = costs.unpriced_because
FROM costs
WHERE costs.span_no = calls.span_no AND calls.span_no IN (SELECT span_no FROM repriced);

CREATE OR REPLACE TEMP TABLE repriced_parts AS
WITH touched AS (
    SELECT DISTINCT calls.sender, calls.owner, calls.trace_id, calls.task_id
    FROM calls
    SEMI JOIN repriced USING (span_no)
)
SELECT
    calls.sender, calls.owner, calls.trace_id, calls.task_id,
    count(*) FILTER (WHERE calls.billed AND calls.unpriced_because IS NOT NULL) AS unpriced_calls,
    sum(coalesce(calls.cost_usd, 0)) AS cost_usd,
    sum(CASE WHEN calls.purpose = 'judge' THEN coalesce(calls.cost_usd, 0) ELSE 0 END) AS judge_cost_usd,
    sum(CASE WHEN calls.purpose = 'guardrail' THEN coalesce(calls.cost_usd, 0) ELSE 0 END) AS guardrail_cost_usd,
    sum(CASE WHEN calls.purpose = 'embedding' THEN coalesce(calls.cost_usd, 0) ELSE 0 END) AS embedding_cost_usd,
    sum(CASE WHEN calls.failed THEN coalesce(calls.cost_usd, 0) ELSE 0 END) AS failed_cost_usd
FROM calls
JOIN touched USING (sender, owner, trace_id, task_id)
GROUP BY calls.sender, calls.owner, calls.trace_id, calls.task_id;

UPDATE task_parts
SET
    unpriced_calls = fresh.unpriced_calls, cost_usd = fresh.cost_usd, judge_cost_usd = fresh.judge_cost_usd,
    guardrail_cost_usd = fresh.guardrail_cost_usd, embedding_cost_usd = fresh.embedding_cost_usd,
    failed_cost_usd = fresh.failed_cost_usd
FROM repriced_parts AS fresh
WHERE fresh.sender = task_parts.sender AND fresh.owner = task_parts.owner
  AND fresh.trace_id = task_parts.trace_id AND fresh.task_id = task_parts.task_id;

UPDATE tasks
SET
    unpriced_calls = fresh.unpriced_calls, cost_usd = fresh.cost_usd, judge_cost_usd = fresh.judge_cost_usd,
    guardrail_cost_usd = fresh.guardrail_cost_usd, embedding_cost_usd = fresh.embedding_cost_usd,
    failed_cost_usd = fresh.failed_cost_usd
FROM (
    SELECT
        sender, owner, task_id, sum(unpriced_calls) AS unpriced_calls, sum(cost_usd) AS cost_usd,
        sum(judge_cost_usd) AS judge_cost_usd, sum(guardrail_cost_usd) AS guardrail_cost_usd,
        sum(embedding_cost_usd) AS embedding_cost_usd, sum(failed_cost_usd) AS failed_cost_usd
    FROM task_parts
    WHERE (sender, owner, task_id) IN (SELECT (sender, owner, task_id) FROM repriced_parts)
    GROUP BY sender, owner, task_id
) AS fresh
WHERE fresh.sender = tasks.sender AND fresh.owner = tasks.owner AND fresh.task_id = tasks.task_id;

CREATE OR REPLACE TEMP TABLE touched_hours AS
SELECT DISTINCT date_trunc('hour', calls.started_at) AS hour_at, calls.span_no >> 15 AS lot
FROM calls
SEMI JOIN repriced USING (span_no);
