"""What the ledger holds: one row a request, one a task, one a check, and the sums of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from outlay.demo.company import Usage


@dataclass(frozen=True, slots=True)
class Entry:
    """One request to a provider. `cost_usd` is None where nobody prices the model (`unpriced`) or no telemetry could
    tell the usage (`incomplete`). Not `billed`: a failed attempt. `duplicates`: other spans that told of it."""

    started_at: dt.datetime
    task: str
    team: str | None
    workflow: str | None
    service: str
    environment: str
    provider: str
    model: str
    purpose: str
    user: str
    prompt_version: str | None
    usage: Usage
    charges: Mapping[str, Decimal]
    cost_usd: Decimal | None
    billed: bool
    unpriced: bool
    incomplete: bool
    duplicates: int
    late: bool
    latency_ms: int = 0
    ttft_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One task as a whole. `outcome_status` is None where none was reported; it is the one that stands, and
    `closed_status` the one that stood when the month the task began in was closed (`closed`).

    `model` and `prompt_version` are the only ones of its product calls, or 'several'.
    """

    task: str
    team: str | None
    workflow: str | None
    environment: str
    first_at: dt.datetime
    calls: int
    tokens: int
    cost_usd: Decimal
    tools: int
    outcome_kind: str | None
    outcome_status: str | None
    decided_at: dt.datetime | None
    source: str | None = None
    csat: int | None = None
    human_minutes: int | None = None
    model: str | None = None
    prompt_version: str | None = None
    retries: int = 0
    judge_cost_usd: Decimal = Decimal(0)
    embedding_cost_usd: Decimal = Decimal(0)
    failed_calls: int = 0
    closed: bool = False
    closed_status: str | None = None

    def resolved_by(self, at: dt.datetime) -> bool:
        """Whether it had been resolved by then."""
        return self.outcome_status == "resolved" and self.decided_at is not None and self.decided_at <= at


@dataclass(frozen=True, slots=True)
class Checked:
    """One guardrail or evaluation."""

    at: dt.datetime
    kind: str
    name: str
    source: str | None
    result: str
    team: str | None
    workflow: str | None
    task: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """One tool, once."""

    at: dt.datetime
    tool: str
    failed: bool
    lasted_ms: int
    team: str | None
    workflow: str | None
    task: str


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of entries that share `of`, the values of the dimensions asked for. `calls` counts billed calls."""

    of: tuple[str | None, ...]
    calls: int
    failed_calls: int
    unpriced_calls: int
    incomplete_calls: int
    duplicates: int
    usage: Usage
    cost_usd: Decimal
