-- The spans of one trace that the reader may see, with what each cost where a call stands on it; the dearest first.
SELECT
    spans.span_no,
    spans.sender,
    spans.span_id,
    spans.parent_span_id,
    spans.name,
    spans.role,
    spans.purpose,
    spans.status,
    spans.started_at,
    spans.ended_at,
    spans.service,
    spans.team,
    spans.workflow,
    spans.task_id,
    spans.tool_name,
    spans.agent_name,
    spans.error_type,
    spans.finish_reason,
    spans.prompt_version,
    coalesce(calls.model, spans.response_model, spans.request_model) AS model,
    calls.ttft_ms,
    calls.cost_usd,
    coalesce(calls.failed, FALSE) AS failed,
    calls.unpriced_because,
    calls.incomplete_because,
    folds.because AS folded_because,
    calls.span_no IS NOT NULL AS is_call,
    coalesce(calls.input_uncached, 0) + coalesce(calls.cache_read, 0) + coalesce(calls.cache_write_5m, 0)
        + coalesce(calls.cache_write_1h, 0) + coalesce(calls.cache_write_other, 0) + coalesce(calls.audio_in, 0)
        + coalesce(calls.output_text, 0) + coalesce(calls.reasoning, 0) + coalesce(calls.audio_out, 0) AS tokens
FROM spans
LEFT JOIN calls ON calls.span_no = spans.span_no
LEFT JOIN folds ON folds.span_no = spans.span_no
WHERE spans.trace_id = lower($trace)
  AND ($teams IS NULL OR list_contains($teams, coalesce(calls.team, spans.team)))
ORDER BY coalesce(calls.cost_usd, 0) DESC, spans.started_at, spans.span_no
LIMIT $most
