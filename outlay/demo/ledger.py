"""The generator's own books: what every call really cost, kept apart from everything the product computes.

Tests hold the product's pages against these sums, to the last of twelve decimals. It imports nothing of the warehouse.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from outlay.demo.booked import Checked, Done, Entry, Total, Used
from outlay.demo.closing import month_of
from outlay.demo.company import Usage
from outlay.demo.facts import INNER, Call, Task, instant

# Emitters under which Anthropic's own SDK tells of each call a second time.
DOUBLED = frozenset({"otel-anthropic", "openinference-anthropic"})
MATURITY = dt.timedelta(hours=24)
DIMENSIONS = tuple(field.name for field in fields(Entry) if field.name != "usage")


class Ledger:
    """Every call, task and check of a history, as it is sent."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.entries: list[Entry] = []
        self.tasks: list[Done] = []
        self.checks: list[Checked] = []
        self.tools: list[Used] = []
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
        product = [(entry, call) for entry, call in zip(booked, task.calls, strict=True) if entry.purpose != "judge"]
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
                source="confirmed" if outcome else None,
                csat=outcome.csat if outcome else None,
                human_minutes=outcome.human_minutes if outcome else None,
                model=_only(entry.model for entry, _ in product if entry.billed),
                prompt_version=_only(entry.prompt_version for entry, _ in product if task.workflow.prompt),
                retries=sum(first.error is not None for (_, first), _ in pairwise(product)),
                failed_calls=len(booked) - len(billed),
                judge_cost_usd=_sum(entry for entry in billed if entry.purpose == "judge"),
                embedding_cost_usd=_sum(entry for entry in billed if entry.purpose == "embedding"),
                closed=late_for is not None,
            )
        )
        for check in task.checks:
            told_of = (check.source, check.result, team, workflow, task.key, check.score)
            self.checks.append(Checked(instant(check.at), check.kind, check.name, *told_of))
        for tool in task.tools:
            lasted = (tool.ended // 1_000) - (tool.started // 1_000)
            where = (team, workflow, task.key)
            self.tools.append(Used(instant(tool.started), tool.name, tool.failed, lasted, *where))
        for call in task.calls:
            for key, usd in call.extras:
                self._extra(key, usd)
        if late_for:
            for entry in billed:
                self._extra(late_for, entry.cost_usd or Decimal(0))

    def close(self, month: str) -> None:
        """Finance closed the month: how its tasks stood stays on record."""
        self.tasks = [
            replace(task, closed=True, closed_status=task.outcome_status)
            if month_of(task.first_at, self.zone) == month
            else task
            for task in self.tasks
        ]

    def reopen(self, task: Task) -> None:
        """The customer came back: what was resolved is open again, since then."""
        if task.outcome is None or task.outcome.reopened is None:
            raise ValueError(f"task {task.task_id} was not reopened")
        place = next(place for place, done in enumerate(self.tasks) if done.task == task.key)
        at = instant(task.outcome.reopened)
        self.tasks[place] = replace(self.tasks[place], outcome_status="reopened", decided_at=at, source="human")

    def totals(
        self,
        by: Sequence[str] = (),
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        where: Callable[[Entry], bool] = lambda _: True,
    ) -> list[Total]:
        """Sums by any of the entry's fields, by `month` and `business_day` (in the company's time zone), or by `day`
        and `hour` (in UTC).

        `since` <= started_at < `until`. Rows are sorted by what they are of, None first.
        """
        groups: dict[tuple[str | None, ...], list[Entry]] = defaultdict(list)
        for entry in self._between(since, until):
            if where(entry):
                groups[tuple(self._dimension(entry, name) for name in by)].append(entry)
        return [
            _total(of, groups[of]) for of in sorted(groups, key=lambda of: [(it is not None, it or "") for it in of])
        ]

    def total(
        self,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        where: Callable[[Entry], bool] = lambda _: True,
    ) -> Total:
        """The sum of everything in the period, zero where there is nothing."""
        return _total((), [entry for entry in self._between(since, until) if where(entry)])

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

    def dollars_per_resolution(
        self, as_of: dt.datetime, since: dt.datetime | None = None, until: dt.datetime | None = None
    ) -> dict[tuple[str | None, str], tuple[Decimal, int]]:
        """By (workflow, outcome's kind): the cost of ALL tasks of the workflow that began in the period, and how many
        of them were resolved at least 24 hours before `as_of`."""
        kinds = {(task.workflow, task.outcome_kind) for task in self.tasks if task.outcome_kind is not None}
        tasks = self.done(since, until)
        found = {}
        for workflow, kind in kinds:
            of_workflow = [task for task in tasks if task.workflow == workflow and task.outcome_kind in {kind, None}]
            resolved = [task for task in of_workflow if task.resolved_by(as_of - MATURITY)]
            if of_workflow:
                found[workflow, kind] = (sum((task.cost_usd for task in of_workflow), Decimal(0)), len(resolved))
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
        doubled = task.workflow.emitter in DOUBLED and call.purpose != "judge"
        # The SDK's own span, within another's of the same call, tells the call best, and begins and ends inside it.
        inside = INNER if doubled else 0
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
            duplicates=1 if doubled else 0,
            late=late,
            latency_ms=(call.ended - inside) // 1_000 - (call.started + inside) // 1_000,
            ttft_ms=None if call.ttft_s is None else round(call.ttft_s * 1_000),
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
            case "business_day":
                return f"{entry.started_at.astimezone(self.zone):%Y-%m-%d}"
            case "day":
                return f"{entry.started_at:%Y-%m-%d}"
            case "hour":
                return f"{entry.started_at:%Y-%m-%dT%H}"
            case _ if name in DIMENSIONS:
                value = getattr(entry, name)
                return value if value is None else str(value)
            case _:
                raise ValueError(
                    f"the ledger knows no dimension {name!r}; it knows month, business_day, day, hour, {DIMENSIONS}"
                )


def _only(told: Iterable[str | None]) -> str | None:
    found = {name for name in told if name is not None}
    return "several" if len(found) > 1 else next(iter(found), None)


def _sum(entries: Iterable[Entry]) -> Decimal:
    return sum((entry.cost_usd or Decimal(0) for entry in entries), Decimal(0))


def _total(of: tuple[str | None, ...], entries: Sequence[Entry]) -> Total:
    return Total(
        of=of,
        calls=sum(entry.billed for entry in entries),
        failed_calls=sum(not entry.billed for entry in entries),
        unpriced_calls=sum(entry.unpriced for entry in entries),
        incomplete_calls=sum(entry.incomplete for entry in entries),
        duplicates=sum(entry.duplicates for entry in entries),
        usage=Usage(*(sum(counts) for counts in zip(*(entry.usage for entry in entries), strict=True))),
        cost_usd=sum((entry.cost_usd or Decimal(0) for entry in entries), Decimal(0)),
    )
