"""What the company tells about every span of a task: its workflow, task, user, prompt and, at the end, its outcome.

A span processor copies it from OpenTelemetry's baggage onto each span, whoever writes the span.
"""

from __future__ import annotations

from outlay.demo.emitters.form import Keys
from outlay.demo.facts import Call, Task


def keys(task: Task, call: Call | None = None) -> Keys:
    """The attributes of any span of the task, with blanks for what differs between tasks of a workflow."""
    workflow = task.workflow
    if workflow.team is None:
        return {}
    found: Keys = {"outlay.workflow": workflow.name}
    if workflow.agent:
        found["outlay.task_id"] = str
    if workflow.users:
        found["user.id"] = str
    if call and call.purpose == "judge":
        found["outlay.purpose"] = "judge"
    if call and call.prompt_version and workflow.prompt:
        found |= {"gen_ai.prompt.name": workflow.prompt, "gen_ai.prompt.version": call.prompt_version}
    return found


def values(task: Task) -> tuple[str, ...]:
    """What goes into the blanks of `keys`."""
    workflow = task.workflow
    if workflow.team is None:
        return ()
    return (*((task.task_id,) if workflow.agent else ()), *((task.user,) if workflow.users else ()))


def outcome_keys(task: Task) -> Keys:
    """The outcome, on the span that ends the task; nothing where it is decided later, or never."""
    outcome = task.outcome
    if outcome is None or outcome.span_id is not None:
        return {}
    return {"outlay.outcome.kind": outcome.kind, "outlay.outcome": str}


def worth_keys(task: Task) -> Keys:
    """What stands beside the outcome, with blanks; where it is decided later, on the span that decides it."""
    outcome = task.outcome
    if outcome is None:
        return {}
    told = {"csat": outcome.csat, "human_minutes": outcome.human_minutes, "value_usd": outcome.value_usd}
    return {f"outlay.outcome.{name}": int for name, value in told.items() if value is not None}


def worth_values(task: Task) -> tuple[int, ...]:
    """What goes into the blanks of `worth_keys`."""
    outcome = task.outcome
    told = () if outcome is None else (outcome.csat, outcome.human_minutes, outcome.value_usd)
    return tuple(value for value in told if value is not None)


def outcome_values(task: Task) -> tuple[str, ...]:
    """What goes into the blanks of `outcome_keys`."""
    outcome = task.outcome
    return () if outcome is None or outcome.span_id is not None else (outcome.status,)
