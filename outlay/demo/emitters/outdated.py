"""A service nobody has upgraded: it still writes the first names of the GenAI conventions (v1.26), by hand."""

from __future__ import annotations

from outlay.demo.emitters import baggage
from outlay.demo.emitters.form import CLIENT, ERROR, Form, Keys, Place, Scalar
from outlay.demo.emitters.parcel import Scope
from outlay.demo.emitters.pen import Pen
from outlay.demo.facts import Call, Task

OLD = Scope("tidewater.campaigns", "0.9.1", "https://opentelemetry.io/schemas/1.26.0")


def write(pen: Pen, task: Task, call: Call, parent_id: bytes) -> None:
    """A call with `gen_ai.system` and `prompt_tokens`; where the task says so, a span with a negative count follows."""
    usage = call.usage
    form = pen.form(("old-semconv", task.workflow, call.prompt_version, call.error), lambda: _form(task, call))
    told: list[Scalar] = []
    if call.error is None:
        told = [call.response_id, usage.input_tokens, usage.output_tokens]
    spans = pen.spans(task, OLD)
    place = Place(task.trace_id, call.span_id, parent_id, call.started, call.ended)
    form.fill(spans, place, *told, *baggage.values(task))
    if task.malformed:
        # It counts down from a limit it does not know.
        told = [f"{call.response_id}-retry", usage.input_tokens, -usage.output_tokens]
        form.fill(spans, place._replace(span_id=call.inner_id), *told, *baggage.values(task))


def _form(task: Task, call: Call) -> Form:
    keys: Keys = {"gen_ai.system": "openai", "gen_ai.request.model": call.model.name}
    if call.error is not None:
        keys |= {"error.type": call.error} | baggage.keys(task, call)
        return Form("openai.chat", CLIENT, keys, status=ERROR)
    keys |= {
        "gen_ai.response.model": call.model.billed_as,
        "gen_ai.response.id": str,
        "gen_ai.response.finish_reasons": (call.finish,),
        "gen_ai.usage.prompt_tokens": int,
        "gen_ai.usage.completion_tokens": int,
    }
    return Form("openai.chat", CLIENT, keys | baggage.keys(task, call))
