"""Emitters that follow OpenTelemetry's GenAI conventions: its OpenAI instrumentation, and the company's own gateway."""

from __future__ import annotations

from outlay.demo.emitters import baggage
from outlay.demo.emitters.form import CLIENT, ERROR, Form, Keys, Place, Scalar
from outlay.demo.emitters.parcel import Scope
from outlay.demo.emitters.pen import Pen
from outlay.demo.facts import Call, Task

# sample_traces/otel-genai-openai/cached: cache and reasoning are told only when they are not 0.
OPENAI = Scope("opentelemetry.instrumentation.genai.openai", "1.3b0", "https://opentelemetry.io/schemas/1.37.0")
# Everything that is neither OpenAI nor Anthropic goes through the company's gateway, which writes its own spans.
GATEWAY = Scope("tidewater.llm.gateway", "3.2.0", "https://opentelemetry.io/schemas/1.41.0")


def write_openai(pen: Pen, task: Task, call: Call, parent_id: bytes) -> None:
    """A call as `opentelemetry-instrumentation-genai-openai` tells it."""
    _write(pen, OPENAI, task, call, parent_id)


def write_gateway(pen: Pen, task: Task, call: Call, parent_id: bytes) -> None:
    """A call as the gateway tells it."""
    _write(pen, GATEWAY, task, call, parent_id)


def _write(pen: Pen, scope: Scope, task: Task, call: Call, parent_id: bytes) -> None:
    key = (scope.name, task.workflow, call.model, call.purpose, call.prompt_version, call.finish, call.error)
    blanks = (call.hidden, call.usage.cache_read > 0, call.usage.reasoning > 0)
    form = pen.form((*key, *blanks), lambda: _form(scope, task, call))
    told = [*_told(call), *baggage.values(task)]
    if not task.workflow.agent:
        told += baggage.outcome_values(task)
    place = Place(task.trace_id, call.span_id, parent_id, call.started, call.ended)
    form.fill(pen.spans(task, scope), place, *told)


def _form(scope: Scope, task: Task, call: Call) -> Form:
    model, operation = call.model, "embeddings" if call.purpose == "embedding" else "chat"
    keys: Keys = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": model.provider.name,
        "gen_ai.request.model": model.name,
        "server.address": model.provider.address,
        "server.port": 443,
    }
    if call.error is not None:
        keys |= {"error.type": call.error} | baggage.keys(task, call)
        message = f"Error code: {model.provider.status} - overloaded, try again later"
        return Form(f"{operation} {model.name}", CLIENT, keys, status=ERROR, message=message)
    keys["gen_ai.response.model"] = model.billed_as
    if operation == "embeddings":
        keys |= {"gen_ai.embeddings.dimension.count": 1536, "gen_ai.usage.input_tokens": int}
    else:
        keys |= {"gen_ai.response.finish_reasons": (call.finish,), "gen_ai.response.id": str}
        keys |= _usage(call)
        if scope is OPENAI:
            keys |= {"openai.response.service_tier": "default", "openai.response.system_fingerprint": "fp_7c41d2"}
    keys |= baggage.keys(task, call)
    if not task.workflow.agent:
        keys |= baggage.outcome_keys(task)
    return Form(f"{operation} {model.name}", CLIENT, keys)


def _usage(call: Call) -> Keys:
    keys: Keys = {}
    if call.ttft_s is not None:
        keys |= {"gen_ai.request.stream": True, "gen_ai.response.time_to_first_chunk": float}
    if not call.hidden:
        keys |= {"gen_ai.usage.input_tokens": int, "gen_ai.usage.output_tokens": int}
        if call.usage.cache_read:
            keys["gen_ai.usage.cache_read.input_tokens"] = int
        if call.usage.reasoning:
            keys["gen_ai.usage.reasoning.output_tokens"] = int
    return keys


def _told(call: Call) -> list[Scalar]:
    usage = call.usage
    if call.error is not None:
        return []
    if call.purpose == "embedding":
        return [usage.input_tokens]
    told: list[Scalar] = [call.response_id]
    if call.ttft_s is not None:
        told.append(call.ttft_s)
    if not call.hidden:
        told += [usage.input_tokens, usage.output_tokens]
        told += [count for count in (usage.cache_read, usage.reasoning) if count]
    return told
