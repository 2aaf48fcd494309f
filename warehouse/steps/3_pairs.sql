-- Which claims may tell of one request, and why? fold.py makes one call of each group.
-- Claims of two senders never do, nor those that one gateway sends for two owners; one whose owner it does not name may.

-- Every ancestor of a claim, and whether a tool or an agent stands between: what a tool asks is another request.
CREATE OR REPLACE TEMP TABLE lineage AS
WITH RECURSIVE climb AS (
    SELECT
        claims.span_no, claims.sender, claims.owner, claims.trace_id,
        parent.span_no AS ancestor_no, parent.parent_span_id AS next_id, parent.role AS ancestor_role,
        1 AS depth, FALSE AS across_boundary
    FROM claims
    JOIN touched_spans AS parent
      ON parent.sender = claims.sender AND (parent.owner = claims.owner OR parent.owner = '' OR claims.owner = '')
     AND parent.trace_id = claims.trace_id AND parent.span_id = claims.parent_span_id
    UNION  -- not ALL: where two owners use one id, there are twice as many ways up with each step
    SELECT
        climb.span_no, climb.sender, climb.owner, climb.trace_id,
        parent.span_no, parent.parent_span_id, parent.role,
        climb.depth + 1, climb.across_boundary OR climb.ancestor_role IN ('tool', 'agent')
    FROM climb
    JOIN touched_spans AS parent
      ON parent.sender = climb.sender AND (parent.owner = climb.owner OR parent.owner = '' OR climb.owner = '')
     AND parent.trace_id = climb.trace_id AND parent.span_id = climb.next_id
    WHERE climb.depth < 200  -- parents that form a ring end here
)
SELECT span_no, ancestor_no, depth, across_boundary FROM climb WHERE span_no <> ancestor_no;

-- An aggregate with a claim below it only repeats it. One without usage said that calls were made that its emitter
-- never tells; whoever told a call of its trace, or of an agent below it, told them.
CREATE OR REPLACE TEMP TABLE repeats AS
WITH told_by AS (
    SELECT claims.span_no, below.span_no AS repeated_no, below.trace_id || below.span_id AS place
    FROM claims
    JOIN lineage ON lineage.ancestor_no = claims.span_no
    JOIN claims AS below ON below.span_no = lineage.span_no
    WHERE NOT claims.is_call AND (below.has_usage OR NOT claims.has_usage)
    UNION ALL
    SELECT claims.span_no, beside.span_no, beside.trace_id || beside.span_id
    FROM claims
    JOIN claims AS beside
      ON beside.sender = claims.sender AND beside.owner = claims.owner AND beside.trace_id = claims.trace_id
    WHERE NOT claims.is_call AND NOT claims.has_usage AND (beside.is_call OR beside.has_usage)
)
SELECT span_no, arg_min(repeated_no, place) AS repeated_no
FROM told_by
GROUP BY span_no;

-- distance: among pairs of one reason, the smaller is the better guess.
CREATE OR REPLACE TEMP TABLE pairs AS
WITH told AS (
    SELECT * FROM claims WHERE is_call
),
shared_ids AS (
    SELECT sender, is_call, response_id
    FROM claims
    WHERE response_id IS NOT NULL
    GROUP BY sender, is_call, response_id
    HAVING count(*) > 1
),
namesakes AS (
    -- A few claims name an id. Where thousands name one (a stand-in for a model, a cache), each meets those next to it.
    SELECT
        span_no, sender, owner, trace_id, span_id, started_at, is_call, response_id, has_usage,
        input_tokens + output_tokens AS tokens,
        row_number() OVER (of_one_id ORDER BY input_tokens + output_tokens, started_at, trace_id, span_id) AS place,
        count(*) OVER of_one_id AS places
    FROM claims
    SEMI JOIN shared_ids USING (sender, is_call, response_id)
    WHERE span_no NOT IN (SELECT span_no FROM repeats)
    WINDOW of_one_id AS (PARTITION BY sender, is_call, response_id)
),
namesakes_next AS (
    SELECT namesakes.*, unnest(range(place + 1, least(place + 16, places) + 1)) AS next_place
    FROM namesakes
),
same_id AS (
    -- Proxies reuse ids: the counts must agree within 1 %, or two tokens (streams are miscounted by one). A sum may
    -- have an id too: each look at a run of an agent on a server tells the run's sum again.
    SELECT
        (one.trace_id, one.span_id) <= (other.trace_id, other.span_id) AS in_order,
        CASE WHEN in_order THEN one.span_no ELSE other.span_no END AS span_no,
        CASE WHEN in_order THEN other.span_no ELSE one.span_no END AS other_no,
        'same response id' AS because,
        0 AS distance
    FROM namesakes_next AS one
    JOIN namesakes AS other
      ON other.sender = one.sender AND other.is_call = one.is_call AND other.response_id = one.response_id
     AND other.place = one.next_place
    WHERE (other.owner = one.owner OR other.owner = '' OR one.owner = '')
      AND other.started_at BETWEEN one.started_at - INTERVAL 1 DAY AND one.started_at + INTERVAL 1 DAY
      AND (NOT one.has_usage OR NOT other.has_usage
           OR abs(one.tokens - other.tokens) <= greatest(2, one.tokens // 100, other.tokens // 100))
),
above AS MATERIALIZED (
    -- By itself and first: joined in any other order, every claim would meet all others of its family.
    SELECT lineage.span_no, outside.span_no AS outside_no, lineage.depth, outside.family, outside.response_id,
        outside.input_tokens, outside.output_tokens
    FROM lineage
    JOIN told AS outside ON outside.span_no = lineage.ancestor_no
    WHERE NOT lineage.across_boundary
),
wrapping AS (
    -- A call around a call is the same request unless both name a response (step above), nearest first.
    SELECT
        above.outside_no AS span_no, inside.span_no AS other_no, 'wraps it' AS because,
        above.depth + CASE
            WHEN inside.input_tokens = above.input_tokens AND inside.output_tokens = above.output_tokens THEN 0
            WHEN inside.has_usage THEN 1000
            ELSE 2000
        END AS distance
    FROM above
    JOIN told AS inside ON inside.span_no = above.span_no AND inside.family = above.family
    WHERE inside.response_id IS NULL OR above.response_id IS NULL
),
shared_counts AS (
    -- Equal counts that several emitters tell; of one alone none is another's.
    SELECT sender, input_tokens, output_tokens
    FROM told
    WHERE has_usage
    GROUP BY sender, input_tokens, output_tokens
    HAVING min(scope_name) <> max(scope_name) AND bool_or(response_id IS NULL)
),
lookalikes AS (
    -- Each meets those that begin next.
    SELECT
        told.*,
        row_number() OVER (of_one_count ORDER BY started_at, trace_id, span_id) AS place,
        count(*) OVER of_one_count AS places
    FROM told
    SEMI JOIN shared_counts USING (sender, input_tokens, output_tokens)
    WHERE has_usage
    WINDOW of_one_count AS (PARTITION BY sender, input_tokens, output_tokens)
),
lookalikes_next AS (
    SELECT lookalikes.*, unnest(range(place + 1, least(place + 64, places) + 1)) AS next_place
    FROM lookalikes
),
same_time AS (
    -- Two emitters in one service or trace, one of them without the id: equal tokens at the same time.
    SELECT
        one.response_id IS NULL AND (
            other.response_id IS NOT NULL OR (one.trace_id, one.span_id) <= (other.trace_id, other.span_id)
        ) AS in_order,
        CASE WHEN in_order THEN one.span_no ELSE other.span_no END AS span_no,
        CASE WHEN in_order THEN other.span_no ELSE one.span_no END AS other_no,
        'same tokens at the same time' AS because,
        abs(date_diff('microsecond', one.started_at, other.started_at))
            + abs(date_diff('microsecond', one.ended_at, other.ended_at)) AS distance
    FROM lookalikes_next AS one
    JOIN lookalikes AS other
      ON other.sender = one.sender
     AND other.input_tokens = one.input_tokens
     AND other.output_tokens = one.output_tokens
     AND other.place = one.next_place
    LEFT JOIN lineage AS inside
      ON inside.across_boundary
     AND least(inside.span_no, inside.ancestor_no) = least(one.span_no, other.span_no)
     AND greatest(inside.span_no, inside.ancestor_no) = greatest(one.span_no, other.span_no)
    WHERE (one.response_id IS NULL OR other.response_id IS NULL)
      AND (other.owner = one.owner OR other.owner = '' OR one.owner = '')
      AND other.scope_name <> one.scope_name
      AND (other.service = one.service OR other.trace_id = one.trace_id)
      AND other.started_at <= one.ended_at + INTERVAL 1 SECOND
      AND one.started_at <= other.ended_at + INTERVAL 1 SECOND
      AND inside.span_no IS NULL
      AND (one.model IS NULL OR other.model IS NULL OR one.request_model = other.request_model
           OR starts_with(one.model, other.model) OR starts_with(other.model, one.model))
)
SELECT span_no, other_no, because, distance FROM same_id
UNION ALL
SELECT span_no, other_no, because, distance FROM wrapping
UNION ALL
SELECT span_no, other_no, because, distance FROM same_time;
