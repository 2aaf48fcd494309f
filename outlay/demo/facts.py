"""What happened: tasks and the calls, tools, checks and outcomes they are made of, before anyone writes a span.

Emitters say these facts in their own words; the ledger books them. Instants are integer microseconds since 1970, UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from outlay.demo.company import Model, Usage, Workflow

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SECOND = 1_000_000
INNER = 1_000  # how much later than a span around it an SDK's own begins, and how much earlier it ends
FAILING_TOOLS = 7  # of 256
HOUR = 3600 * SECOND


def micros(at: dt.datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (at - EPOCH) // dt.timedelta(microseconds=1)


def instant(us: int) -> dt.datetime:
    """The aware UTC instant of microseconds since 1970."""
    return EPOCH + dt.timedelta(microseconds=us)


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a provider. `error` set: it failed and was not billed. `hidden`: billed, but its stream was cut
    before the usage came, so no telemetry can tell it."""

    span_id: bytes
    inner_id: bytes
    started: int
    ended: int
    model: Model
    usage: Usage
    response_id: str
    purpose: str = "product"
    ttft_s: float | None = None
    finish: str = "stop"
    prompt_version: str | None = None
    error: str | None = None
    hidden: bool = False
    extras: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool run between two calls."""

    span_id: bytes
    started: int
    ended: int
    name: str
    arguments_hash: str | None = None

    @property
    def failed(self) -> bool:
        """Whether the tool said no: a few in a hundred do, and the agent goes on."""
        return self.span_id[0] < FAILING_TOOLS


@dataclass(frozen=True, slots=True)
class Check:
    """One guardrail or evaluation that ran. `span_id` set: it is a span of its own."""

    kind: str
    name: str
    at: int
    result: str
    source: str | None = None
    score: float | None = None
    span_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the task. `span_id` set: it was reported later, by a span of its own in another trace.

    `reopened`: when the customer came back, which the ticket system reports beside all spans. CSAT is 1 to 5, the
    minutes are those of people, the value is in whole dollars.
    """

    kind: str
    status: str
    at: int
    span_id: bytes | None = None
    trace_id: bytes | None = None
    csat: int | None = None
    human_minutes: int | None = None
    value_usd: int | None = None
    reopened: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work: an agent's run, or a single call. `malformed`: a span that no one can book follows it."""

    task_id: str
    trace_id: bytes
    root_id: bytes
    workflow: Workflow
    environment: str
    user: str
    started: int
    ended: int
    calls: tuple[Call, ...]
    tools: tuple[Tool, ...]
    checks: tuple[Check, ...]
    outcome: Outcome | None
    malformed: bool = False

    @property
    def key(self) -> str:
        """What names the task: the id its spans carry, or the trace where they carry none."""
        return self.task_id if self.workflow.agent else self.trace_id.hex()
