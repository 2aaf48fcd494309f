/*
place    = 4
title    = "The same prompt again"
rule     = """
A team sends the same model the very prompt it sent within the day before, by its hash: it could have been answered from
a store of answers. Needs prompts or their hashes (any that the emitter sends, or
outlay.prompt_hash); a call that tells neither is not looked at, nor is a text under 200 characters, which may stand in
for one that was masked. The same prompt has as many input tokens."""
mends    = "Keep answers to repeated prompts, or ask the provider's batch tier."
daily    = true
estimate = false
*/
WITH asked AS (
    SELECT
        calls.span_no, calls.span_id, calls.cost_usd, calls.team, calls.sender, calls.provider, calls.model, calls.started_at,
        coalesce(calls.input_uncached, 0) + coalesce(calls.cache_read, 0) + coalesce(calls.cache_write_5m, 0)
            + coalesce(calls.cache_write_1h, 0) + coalesce(calls.cache_write_other, 0) AS input_tokens,
        attribute_of(spans.attributes, 'outlay.prompt_hash') AS told_hash,
        coalesce(attribute_of(spans.attributes, 'outlay.prompt_hash'), attribute_of(spans.attributes, 'gen_ai.input.messages'),
            attribute_of(spans.attributes, 'input.value'), attribute_of(spans.attributes, 'gen_ai.prompt'),
            attribute_of(spans.attributes, 'traceloop.entity.input'), attribute_of(spans.attributes, 'ai.prompt.messages'),
            attribute_of(spans.attributes, 'ai.prompt'), attribute_of(spans.attributes, 'llm.prompts')) AS prompt
    FROM calls
    INNER JOIN spans ON spans.span_no = calls.span_no
    WHERE calls.billed
      AND NOT calls.failed
      AND calls.cost_usd > 0
      AND calls.started_at >= CAST($since AS TIMESTAMP) - INTERVAL 1 DAY
      AND calls.started_at < $until
),
told AS (
    SELECT
        span_no, cost_usd, started_at,
        lag(started_at) OVER (
            PARTITION BY sender, team, provider, model, input_tokens, prompt ORDER BY started_at, span_id
        ) AS told_at
    FROM asked
    -- A text that was dropped at the door left its length and its hash.
    WHERE told_hash IS NOT NULL
       OR coalesce(TRY_CAST(nullif(regexp_extract(prompt, '"length":([0-9]+)', 1), '') AS BIGINT), length(prompt)) >= 200
)
SELECT span_no, cost_usd AS waste_usd, 'the same prompt as at ' || strftime(told_at, '%Y-%m-%d %H:%M') || ' UTC' AS because
FROM told
WHERE told_at >= started_at - INTERVAL 1 DAY
