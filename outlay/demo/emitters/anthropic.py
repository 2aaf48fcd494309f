"""Anthropic's own SDK, which traces itself, and OpenTelemetry's instrumentation around it, which tells calls again."""

from __future__ import annotations

from outlay.demo.emitters import baggage
from outlay.demo.emitters.form import CLIENT, ERROR, OK, Form, Keys, Place, Scalar
from outlay.demo.emitters.parcel import Scope
from outlay.demo.emitters.pen import Pen
from outlay.demo.facts import INNER, Call, Task

# sample_traces/otel-genai-anthropic/cached_1h: two spans a call, one inside the other, with the same response id.
SDK = Scope("com.anthropic.sdk.python", "2.11.0")
OTEL = Scope("opentelemetry.instrumentation.genai.anthropic", "1.3b0", "https://opentelemetry.io/schemas/1.37.0")
_STOP_REASONS = {"stop": "end_turn", "tool_calls": "tool_use"}


def write_sdk(pen: Pen, task: Task, call: Call, parent_id: bytes) -> None:
    """A call as the SDK alone tells it."""
    _write_sdk(pen, task, call, Place(task.trace_id, call.span_id, parent_id, call.started, call.ended))


def write_inner(pen: Pen, task: Task, call: Call) -> None:
    """The SDK's span inside another's span of the same call."""
    _write_sdk(
        pen, task, call, Place(task.trace_id, call.inner_id, call.span_id, call.started + INNER, call.ended - INNER)
    )


def write_otel(pen: Pen, task: Task, call: Call, parent_id: bytes) -> None:
    """A call told twice: by the instrumentation, and inside it by the SDK."""
    usage = call.usage
    wrote = usage.cache_write_5m + usage.cache_write_1h
    key = ("otel-anthropic", task.workflow, call.model, call.prompt_version, call.finish, call.error)
    form = pen.form((*key, wrote > 0, usage.cache_read > 0), lambda: _otel_form(task, call))
    told: list[Scalar] = []
    if call.error is None:
        told = [call.response_id, usage.input_tokens, usage.output_tokens]
        told += [count for count in (wrote, usage.cache_read, call.ttft_s) if count]
    place = Place(task.trace_id, call.span_id, parent_id, call.started, call.ended)
    form.fill(pen.spans(task, OTEL), place, *told, *baggage.values(task))
    write_inner(pen, task, call)


def _write_sdk(pen: Pen, task: Task, call: Call, place: Place) -> None:
    usage = call.usage
    key = ("anthropic-sdk", task.workflow, call.model, call.prompt_version, call.finish, call.error)
    form = pen.form(key, lambda: _sdk_form(task, call))
    told: list[Scalar] = []
    if call.error is None:
        wrote = usage.cache_write_5m + usage.cache_write_1h
        told = [f"req_{call.response_id[6:]}", call.response_id, usage.input_tokens, wrote, usage.cache_read]
        told += [usage.cache_write_5m, usage.cache_write_1h, usage.output_tokens]
        told += [call.ttft_s] if call.ttft_s is not None else []
    form.fill(pen.spans(task, SDK), place, *told, *baggage.values(task))


def _otel_form(task: Task, call: Call) -> Form:
    keys = _request(call)
    if call.error is not None:
        keys |= {"error.type": call.error} | baggage.keys(task, call)
        return Form(f"chat {call.model.name}", CLIENT, keys, status=ERROR, message="Error code: 529 - overloaded_error")
    keys |= {
        "gen_ai.response.finish_reasons": ("tool_call" if call.finish == "tool_calls" else call.finish,),
        "gen_ai.response.model": call.model.billed_as,
        "gen_ai.response.id": str,
        "gen_ai.usage.input_tokens": int,
        "gen_ai.usage.output_tokens": int,
    }
    if call.usage.cache_write_5m or call.usage.cache_write_1h:
        keys["gen_ai.usage.cache_write.input_tokens"] = int
    if call.usage.cache_read:
        keys["gen_ai.usage.cache_read.input_tokens"] = int
    if call.ttft_s is not None:
        keys["gen_ai.response.time_to_first_chunk"] = float
    return Form(f"chat {call.model.name}", CLIENT, keys | baggage.keys(task, call))


def _sdk_form(task: Task, call: Call) -> Form:
    keys = _request(call) | {
        "http.request.method": "POST",
        "http.route": "/v1/messages",
        "url.scheme": "https",
        "url.path": "/v1/messages",
        "url.full": "https://api.anthropic.com/v1/messages",
    }
    if call.error is not None:
        keys |= {"http.response.status_code": 529, "error.type": call.error}
        return Form("anthropic.messages.create", CLIENT, keys | baggage.keys(task, call), status=ERROR)
    keys |= {
        "http.response.status_code": 200,
        "anthropic.request.id": str,
        "gen_ai.response.id": str,
        "gen_ai.response.model": call.model.billed_as,
        "gen_ai.usage.input_tokens": int,
        "gen_ai.usage.cache_write.input_tokens": int,
        "gen_ai.usage.cache_read.input_tokens": int,
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": int,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": int,
        "gen_ai.usage.output_tokens": int,
        "anthropic.response.service_tier": "standard",
        "anthropic.message.stop_reason": _STOP_REASONS[call.finish],
    }
    if call.ttft_s is not None:
        keys |= {"gen_ai.request.stream": True, "gen_ai.response.time_to_first_chunk": float}
    return Form("anthropic.messages.create", CLIENT, keys | baggage.keys(task, call), status=OK)


def _request(call: Call) -> Keys:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": call.model.name,
        "gen_ai.request.max_tokens": 32_000,
        "server.address": "api.anthropic.com",
        "server.port": 443,
    }
