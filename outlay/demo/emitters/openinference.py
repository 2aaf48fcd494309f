"""OpenInference: flattened `llm.*` keys and no response id; around Anthropic's SDK each call is told twice.

The review bot sends texts, as OpenInference does unless told otherwise, so that there is something to drop at the
door; the others hide theirs.
"""

from __future__ import annotations

from outlay.demo.emitters import anthropic, baggage
from outlay.demo.emitters.form import ERROR, INTERNAL, OK, Form, Keys, Place, Scalar
from outlay.demo.emitters.parcel import Scope
from outlay.demo.emitters.pen import Pen
from outlay.demo.facts import Call, Task

# sample_traces/openinference-openai/reasoning and openinference-anthropic/cached
OPENAI = Scope("openinference.instrumentation.openai", "0.1.66")
ANTHROPIC = Scope("openinference.instrumentation.anthropic", "3.1.0")
_STOP_REASONS = {"stop": "end_turn", "tool_calls": "tool_use"}
_QUESTION = "Review this change. Say what could break, and what you would test."
_REPLY = "The retry loop swallows the timeout; the second write is not idempotent. I would test both."


def write_openai(pen: Pen, task: Task, call: Call, parent_id: bytes) -> None:
    """A call of OpenAI's client."""
    usage = call.usage
    key = ("openinference-openai", task.workflow, call.model, call.prompt_version, call.finish, call.error)
    form = pen.form(key, lambda: _openai_form(task, call))
    told: list[Scalar] = []
    if call.error is None:
        total = usage.input_tokens + usage.output_tokens
        told = [total, usage.input_tokens, usage.output_tokens, usage.cache_read, usage.reasoning]
    place = Place(task.trace_id, call.span_id, parent_id, call.started, call.ended)
    form.fill(pen.spans(task, OPENAI), place, *told, *baggage.values(task))


def write_anthropic(pen: Pen, task: Task, call: Call, parent_id: bytes) -> None:
    """A call of Anthropic's client, and inside it the span of the SDK itself."""
    usage = call.usage
    wrote = usage.cache_write_5m + usage.cache_write_1h
    key = ("openinference-anthropic", task.workflow, call.model, call.prompt_version, call.finish, call.error)
    form = pen.form((*key, wrote > 0, usage.cache_read > 0), lambda: _anthropic_form(task, call))
    told: list[Scalar] = []
    if call.error is None:
        told = [usage.input_tokens, usage.output_tokens, usage.input_tokens + usage.output_tokens]
        told += [count for count in (wrote, usage.cache_read) if count]
        told.append(_response(call, wrote))
    place = Place(task.trace_id, call.span_id, parent_id, call.started, call.ended)
    form.fill(pen.spans(task, ANTHROPIC), place, *told, *baggage.values(task))
    anthropic.write_inner(pen, task, call)


def _openai_form(task: Task, call: Call) -> Form:
    keys: Keys = {
        "llm.system": "openai",
        "input.value": "__REDACTED__",
        "input.mime_type": "application/json",
        "llm.invocation_parameters": f'{{"model": "{call.model.name}"}}',
        "openinference.span.kind": "LLM",
    }
    if call.error is not None:
        message = f"RateLimitError: Error code: {call.model.provider.status} - slow down"
        return Form("ChatCompletion", INTERNAL, keys | baggage.keys(task, call), status=ERROR, message=message)
    keys |= {
        "output.value": "__REDACTED__",
        "output.mime_type": "application/json",
        "llm.model_name": call.model.billed_as,
        "llm.token_count.total": int,
        "llm.token_count.prompt": int,
        "llm.token_count.completion": int,
        "llm.token_count.prompt_details.cache_read": int,
        "llm.token_count.completion_details.reasoning": int,
        "llm.token_count.prompt_details.audio": 0,
        "llm.token_count.completion_details.audio": 0,
        "llm.finish_reason": call.finish,
    }
    return Form("ChatCompletion", INTERNAL, keys | baggage.keys(task, call), status=OK)


def _anthropic_form(task: Task, call: Call) -> Form:
    keys: Keys = {
        "llm.provider": "anthropic",
        "llm.system": "anthropic",
        "input.value": f'{{"model": "{call.model.name}", "messages": [{{"role": "user", "content": "{_QUESTION}"}}]}}',
        "input.mime_type": "application/json",
        "llm.request.model_name": call.model.name,
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": _QUESTION,
        "llm.invocation_parameters": '{"max_tokens": 32000}',
        "openinference.span.kind": "LLM",
    }
    if call.error is not None:
        message = f"InternalServerError: Error code: {call.model.provider.status} - overloaded_error"
        return Form("messages.create", INTERNAL, keys | baggage.keys(task, call), status=ERROR, message=message)
    keys |= {
        "llm.model_name": call.model.billed_as,
        "llm.response.model_name": call.model.billed_as,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": _REPLY,
        "llm.finish_reason": _STOP_REASONS[call.finish],
        "llm.token_count.prompt": int,
        "llm.token_count.completion": int,
        "llm.token_count.total": int,
    }
    if call.usage.cache_write_5m or call.usage.cache_write_1h:
        keys["llm.token_count.prompt_details.cache_write"] = int
    if call.usage.cache_read:
        keys["llm.token_count.prompt_details.cache_read"] = int
    keys |= {"output.value": str, "output.mime_type": "application/json"}
    return Form("messages.create", INTERNAL, keys | baggage.keys(task, call), status=OK)


def _response(call: Call, wrote: int) -> str:
    """The recorded response; its usage is the API's own, which counts the cache outside input."""
    usage = call.usage
    return (
        f'{{"id":"{call.response_id}","content":[{{"text":"{_REPLY}","type":"text"}}],"model":"{call.model.billed_as}",'
        f'"role":"assistant","stop_reason":"{_STOP_REASONS[call.finish]}","type":"message","usage":{{'
        f'"cache_creation":{{"ephemeral_1h_input_tokens":{usage.cache_write_1h},'
        f'"ephemeral_5m_input_tokens":{usage.cache_write_5m}}},"cache_creation_input_tokens":{wrote},'
        f'"cache_read_input_tokens":{usage.cache_read},"input_tokens":{usage.input_uncached},'
        f'"output_tokens":{usage.output_tokens},"service_tier":"standard"}}}}'
    )
