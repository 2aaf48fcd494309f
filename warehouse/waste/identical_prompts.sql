/*
place    = 4
title    = "The same prompt again"
rule     = """
A team sends the same model the very prompt it sent before in the period, by its hash: every time after the first could
have been answered from a store of answers. Needs prompts or their hashes (any that the emitter sends, or
outlay.prompt_hash); a call that tells neither is not looked at, nor is a text under 200 characters, which may stand in
for one that was masked. The same prompt has as many input tokens."""
mends    = "Keep answers to repeated prompts, or ask the provider's batch tier."
estimate = false
*/
WITH asked AS (
    SELECT
        calls.span_no, calls.cost_usd, calls.team, calls.sender, calls.provider, calls.model, calls.started_at,
        coalesce(calls.input_uncached, 0) + coalesce(calls.cache_read, 0) + coalesce(calls.cache_write_5m, 0)
            + coalesce(calls.cache_write_1h, 0) + coalesce(calls.cache_write_other, 0) AS input_tokens,
        spans.attributes['outlay.prompt_hash'] AS told_hash,
        coalesce(spans.attributes['outlay.prompt_hash'], spans.attributes['gen_ai.input.messages'],
            spans.attributes['input.value'], spans.attributes['gen_ai.prompt'],
            spans.attributes['traceloop.entity.input'], spans.attributes['ai.prompt.messages'],
            spans.attributes['ai.prompt'], spans.attributes['llm.prompts']) AS prompt
    FROM calls
    INNER JOIN spans ON spans.span_no = calls.span_no
    WHERE calls.billed
      AND NOT calls.failed
      AND calls.cost_usd > 0
      AND ($since IS NULL OR calls.started_at >= $since)
      AND ($until IS NULL OR calls.started_at < $until)
      AND ($teams IS NULL OR list_contains($teams, calls.team))
),
numbered AS (
    SELECT
        span_no, cost_usd,
        row_number() OVER (
            PARTITION BY sender, team, provider, model, input_tokens, prompt ORDER BY started_at, span_no
        ) AS nth
    FROM asked
    -- A text that was dropped at the door left its length and its hash.
    WHERE told_hash IS NOT NULL
       OR coalesce(TRY_CAST(nullif(regexp_extract(prompt, '"length":([0-9]+)', 1), '') AS BIGINT), length(prompt)) >= 200
)
SELECT span_no, cost_usd AS waste_usd, 'the same prompt for the ' || nth || '. time' AS because
FROM numbered
WHERE nth > 1
