"""The generator's own books: what every call really cost, kept apart from everything the product computes.

Tests hold the product's pages against these sums, to the last of twelve decimals. It imports nothing of the warehouse.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from zoneinfo import ZoneInfo

from outlay.demo.closing import month_of
from outlay.demo.company import Usage
from outlay.demo.facts import Call, Task, instant


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


@dataclass(frozen=True, slots=True)
class Done:
    """One task as a whole. `outcome_status` is None where none was reported."""

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


DIMENSIONS = tuple(field.name for field in fields(Entry) if field.name != "usage")


class Ledger:
    """Every call, task and check of a history, as it is sent."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.entries: list[Entry] = []
        self.tasks: list[Done] = []
        self.checks: list[Checked] = []
        self.spans = 0  # distinct ones that a receiver should keep
        self.resent_spans = 0  # sent a second time, byte for byte
        self.refused_spans = 0  # malformed: a receiver keeps none of them
        self.extras: dict[str, tuple[Decimal, int]] = {}

    def book(self, task: Task, *, late_for: str | None = None) -> None:
        """Enter a task that is about to be sent; `late_for`: the story that held it back until its month was closed."""
        told = task.workflow.team is not None
        team, workflow = task.workflow.team, task.workflow.name if told else None
        booked = [self._entry(task, call, team, workflow, late=late_for is not None) for call in task.calls]
        self.entries += booked
        billed = [entry for entry in booked if entry.billed]
        outcome = task.outcome
        self.tasks.append(
            Done(
                task=task.key,
                team=team,
                workflow=workflow,
                environment=task.environment,
                first_at=instant(task.started),
                calls=len(billed),
                tokens=sum(sum(entry.usage) for entry in billed),
                cost_usd=sum((entry.cost_usd or Decimal(0) for entry in billed), Decimal(0)),
                tools=len(task.tools),
                outcome_kind=outcome.kind if outcome else None,
                outcome_status=outcome.status if outcome else None,
                decided_at=instant(outcome.at) if outcome else None,
            )
        )
        for check in task.checks:
            self.checks.append(
                Checked(instant(check.at), check.kind, check.name, check.source, check.result, team, workflow)
            )
        for call in task.calls:
            for key, usd in call.extras:
                self._extra(key, usd)
        if late_for:
            for entry in billed:
                self._extra(late_for, entry.cost_usd or Decimal(0))

    def totals(
        self,
        by: Sequence[str] = (),
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        where: Callable[[Entry], bool] = lambda _: True,
    ) -> list[Total]:
        """Sums by any of the entry's fields, or by `day` and `month` (in the company's time zone) or `hour` (UTC).

        `since` <= started_at < `until`. Rows are sorted by what they are of, None first.
        """
        groups: dict[tuple[str | None, ...], list[Entry]] = defaultdict(list)
        for entry in self._between(since, until):
            if where(entry):
                groups[tuple(self._dimension(entry, name) for name in by)].append(entry)
        return [
            _total(of, groups[of]) for of in sorted(groups, key=lambda of: [(it is not None, it or "") for it in of])
        ]

    def cost_usd(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Decimal:
        """Everything that was billed and priced in the period."""
        return sum((entry.cost_usd or Decimal(0) for entry in self._between(since, until)), Decimal(0))

    def done(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> list[Done]:
        """The tasks that began in the period."""
        return [
            task
            for task in self.tasks
            if (since is None or task.first_at >= since) and (until is None or task.first_at < until)
        ]

    def tokens_per_task(self, workflow: str) -> list[int]:
        """Tokens of each of a workflow's tasks, failed ones included, in the order in which they began."""
        return [task.tokens for task in self.tasks if task.workflow == workflow]

    def dollars_per_resolution(self, kind: str) -> dict[str | None, tuple[Decimal, int]]:
        """By workflow: cost of ALL tasks of that outcome's kind, failed ones too, and how many were resolved."""
        found: dict[str | None, tuple[Decimal, int]] = {}
        for task in self.tasks:
            if task.outcome_kind == kind:
                usd, resolved = found.get(task.workflow, (Decimal(0), 0))
                found[task.workflow] = (usd + task.cost_usd, resolved + (task.outcome_status == "resolved"))
        return found

    def check_counts(self, kind: str) -> Counter[tuple[str, str]]:
        """How often each (name, result) came out, of guardrails or of evaluations."""
        return Counter((check.name, check.result) for check in self.checks if check.kind == kind)

    @property
    def duplicates(self) -> int:
        """Spans that told of a request another span told of, too."""
        return sum(entry.duplicates for entry in self.entries)

    def _entry(self, task: Task, call: Call, team: str | None, workflow: str | None, *, late: bool) -> Entry:
        at = instant(call.started)
        billed = call.error is None
        known = billed and not call.hidden
        charges = call.model.charges(call.usage, at) if known else None
        return Entry(
            started_at=at,
            task=task.key,
            team=team,
            workflow=workflow,
            service=task.workflow.service,
            environment=task.environment,
            provider=call.model.provider.name,
            model=call.model.billed_as if billed else call.model.name,
            purpose=call.purpose,
            user=task.user,
            prompt_version=call.prompt_version,
            usage=call.usage if known else Usage(),
            charges=charges or {},
            cost_usd=sum(charges.values(), Decimal(0)) if charges is not None else None,
            billed=billed,
            unpriced=known and charges is None,
            incomplete=billed and call.hidden,
            duplicates=1 if task.workflow.emitter in DOUBLED and call.purpose != "judge" else 0,
            late=late,
        )

    def _extra(self, key: str, usd: Decimal) -> None:
        total, calls = self.extras.get(key, (Decimal(0), 0))
        self.extras[key] = (total + usd, calls + 1)

    def _between(self, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[Entry]:
        return (
            entry
            for entry in self.entries
            if (since is None or entry.started_at >= since) and (until is None or entry.started_at < until)
        )

    def _dimension(self, entry: Entry, name: str) -> str | None:
        match name:
            case "month":
                return month_of(entry.started_at, self.zone)
            case "day":
                return f"{entry.started_at.astimezone(self.zone):%Y-%m-%d}"
            case "hour":
                return f"{entry.started_at:%Y-%m-%dT%H}"
            case _ if name in DIMENSIONS:
                value = getattr(entry, name)
                return value if value is None else str(value)
            case _:
                raise ValueError(f"the ledger knows no dimension {name!r}; it knows day, month, hour, {DIMENSIONS}")


# Emitters under which Anthropic's own SDK tells of each call a second time.
DOUBLED = frozenset({"otel-anthropic", "openinference-anthropic"})


def _total(of: tuple[str | None, ...], entries: Iterable[Entry]) -> Total:
    entries = list(entries)
    return Total(
        of=of,
        calls=sum(entry.billed for entry in entries),
        failed_calls=sum(not entry.billed for entry in entries),
        unpriced_calls=sum(entry.unpriced for entry in entries),
        incomplete_calls=sum(entry.incomplete for entry in entries),
        duplicates=sum(entry.duplicates for entry in entries),
        usage=Usage(*map(sum, zip(*(entry.usage for entry in entries), strict=True))),
        cost_usd=sum((entry.cost_usd or Decimal(0) for entry in entries), Decimal(0)),
    )
