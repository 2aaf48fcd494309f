"""A task's spans: the company's own (agent, tools, guardrails, outcome) and its calls, by the workflow's emitter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from outlay.demo.emitters import anthropic, baggage, openinference, outdated, semconv
from outlay.demo.emitters.form import CLIENT, ERROR, INTERNAL, UNSET, Form, Keys, Place, Value, any_value
from outlay.demo.emitters.parcel import Scope
from outlay.demo.emitters.pen import Pen
from outlay.demo.facts import Call, Check, Outcome, Task, Tool

AGENTS = Scope("tidewater.agents", "2.4.0")
BACK_OFFICE = Scope("tidewater.crm", "5.0.1")
LABELS = {"passed": "pass", "failed": "fail"}

Write = Callable[[Pen, Task, Call, bytes], None]
EMITTERS: Mapping[str, Write] = MappingProxyType(
    {
        "anthropic-sdk": anthropic.write_sdk,
        "gateway": semconv.write_gateway,
        "old-semconv": outdated.write,
        "openinference-anthropic": openinference.write_anthropic,
        "openinference-openai": openinference.write_openai,
        "otel-anthropic": anthropic.write_otel,
        "otel-openai": semconv.write_openai,
    }
)


def write_task(pen: Pen, task: Task) -> None:
    """Write every span of the task, children before their parent, as exporters send them."""
    parent_id = task.root_id if task.workflow.agent else b""
    write = EMITTERS[task.workflow.emitter]
    for call in task.calls:
        # Whoever asks for the answer, the judge is asked by the company's OpenAI client.
        (semconv.write_openai if call.purpose == "judge" else write)(pen, task, call, parent_id)
    for tool in task.tools:
        _write_tool(pen, task, tool)
    for check in task.checks:
        if check.span_id:
            _write_guardrail(pen, task, check, check.span_id)
    if task.workflow.agent:
        _write_agent(pen, task)
    if task.outcome and task.outcome.span_id and task.outcome.trace_id:
        _write_outcome(pen, task, task.outcome, task.outcome.trace_id, task.outcome.span_id)


def _write_tool(pen: Pen, task: Task, tool: Tool) -> None:
    form = pen.form(
        ("tool", task.workflow, tool.name, tool.failed, tool.arguments_hash), lambda: _tool_form(task, tool)
    )
    place = Place(task.trace_id, tool.span_id, task.root_id, tool.started, tool.ended)
    form.fill(pen.spans(task, AGENTS), place, *baggage.values(task))


def _write_guardrail(pen: Pen, task: Task, check: Check, span_id: bytes) -> None:
    form = pen.form(("guardrail", task.workflow, check.name), lambda: _guardrail_form(task, check))
    place = Place(task.trace_id, span_id, task.root_id, check.at - 40_000, check.at)
    _add_event(form.fill(pen.spans(task, AGENTS), place, *baggage.values(task)), check)


def _write_agent(pen: Pen, task: Task) -> None:
    workflow, outcome = task.workflow, task.outcome
    decided_now = outcome is not None and outcome.span_id is None
    worth = tuple(baggage.worth_keys(task)) if decided_now else ()
    form = pen.form(("agent", workflow, decided_now, worth), lambda: _agent_form(task))
    sums: tuple[int, ...] = ()
    if workflow.repeats_usage:
        told = [call.usage for call in task.calls]
        sums = (sum(usage.input_tokens for usage in told), sum(usage.output_tokens for usage in told))
    place = Place(task.trace_id, task.root_id, b"", task.started, task.ended)
    root = form.fill(pen.spans(task, AGENTS), place, *sums, *baggage.values(task), *_outcome_values(task))
    for check in task.checks:
        if not check.span_id:
            _add_event(root, check)


def _write_outcome(pen: Pen, task: Task, outcome: Outcome, trace_id: bytes, span_id: bytes) -> None:
    """Somebody merged, or bought, or did not: told days later, in a trace of its own, by the task's id."""
    keys: Keys = {
        "outlay.workflow": task.workflow.name,
        "outlay.outcome.kind": outcome.kind,
        "outlay.task_id": str,
        "outlay.outcome": str,
        **baggage.worth_keys(task),
    }
    form = pen.form(("outcome", task.workflow, tuple(keys)), lambda: Form(f"{outcome.kind} decided", INTERNAL, keys))
    place = Place(trace_id, span_id, b"", outcome.at - 1_000, outcome.at)
    form.fill(pen.spans(task, BACK_OFFICE), place, task.task_id, outcome.status, *baggage.worth_values(task))


def _outcome_values(task: Task) -> tuple[str | int, ...]:
    """What goes into the blanks of the outcome on the span that ends the task."""
    told = baggage.outcome_values(task)
    return (*told, *baggage.worth_values(task)) if told else ()


def _agent_form(task: Task) -> Form:
    workflow = task.workflow
    keys: Keys
    if workflow.emitter.startswith("openinference"):
        keys = {"openinference.span.kind": "AGENT", "agent.name": workflow.name}
    else:
        keys = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": workflow.name}
    if workflow.repeats_usage:
        # As agent frameworks do: the sums of the calls below, under the very keys of a call.
        keys |= {"gen_ai.usage.input_tokens": int, "gen_ai.usage.output_tokens": int}
    decided = baggage.outcome_keys(task)
    told = decided | baggage.worth_keys(task) if decided else {}
    return Form(f"invoke_agent {workflow.name}", INTERNAL, keys | baggage.keys(task) | told)


def _tool_form(task: Task, tool: Tool) -> Form:
    keys: Keys
    if task.workflow.emitter.startswith("openinference"):
        keys = {"openinference.span.kind": "TOOL", "tool.name": tool.name}
    else:
        keys = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool.name, "gen_ai.tool.type": "function"}
    if tool.arguments_hash:
        keys |= {"outlay.arguments_hash": tool.arguments_hash}
    status = ERROR if tool.failed else UNSET
    return Form(f"execute_tool {tool.name}", INTERNAL, keys | baggage.keys(task), status=status)


def _guardrail_form(task: Task, check: Check) -> Form:
    keys: Keys = {"gen_ai.operation.name": "apply_guardrail", "gen_ai.guardrail.component.name": check.name}
    return Form(f"apply_guardrail {check.name}", CLIENT, keys | baggage.keys(task))


def _add_event(span: Span, check: Check) -> None:
    facts: dict[str, Value]
    if check.kind == "guardrail":
        facts = {
            "gen_ai.guardrail.component.name": check.name,
            "gen_ai.guardrail.source": check.source or "",
            "gen_ai.guardrail.result.type": check.result,
        }
    else:
        facts = {
            "gen_ai.evaluation.name": check.name,
            "gen_ai.evaluation.score.value": check.score or 0.0,
            "gen_ai.evaluation.score.label": LABELS[check.result],
        }
    event = span.events.add(name=f"gen_ai.{check.kind}.result", time_unix_nano=check.at * 1_000)
    for key, value in facts.items():
        event.attributes.add(key=key).value.CopyFrom(any_value(value))
