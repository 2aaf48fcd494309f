"""Every comparison of a unit metric with the demo company's own books, by name: how to ask, and what to expect."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from demo_units import (
    Of,
    Row,
    by,
    cache_savings,
    decided_workflows,
    dollars_per_resolution,
    failures,
    gross_margin,
    guardrail_cost,
    judged,
    latency,
    outcome_rates,
    passes,
    policy_compliance,
    retry_waste,
    tokens_per_task,
    tool_errors,
    triggers,
)

from outlay.demo import Company, Entry, Ledger
from outlay.demo.booked import Checked, Done, Used

GROUPS = ("team", "workflow", "month")
Booked = dict[Of, dict[str, Any]]


@dataclass(frozen=True)
class Books:
    """The generator's books, when the product was told the last of them, and when it was asked."""

    ledger: Ledger
    company: Company
    told_at: dt.datetime
    as_of: dt.datetime

    def by(self, rows: Iterable[Row], at: Callable[[Row], dt.datetime], *names: str) -> dict[Of, list[Row]]:
        return by(rows, self.ledger.zone, at, *names)

    def tasks(self, *names: str) -> dict[Of, list[Done]]:
        return self.by(self.ledger.tasks, lambda task: task.first_at, *names)

    def billed(self, *names: str, embeddings: bool) -> dict[Of, list[Entry]]:
        entries = [entry for entry in self.ledger.entries if entry.billed]
        told = [entry for entry in entries if embeddings or entry.purpose != "embedding"]
        return self.by(told, lambda entry: entry.started_at, *names)

    def checks(self, kind: str, *names: str) -> dict[Of, list[Checked]]:
        told = [check for check in self.ledger.checks if check.kind == kind]
        return self.by(told, lambda check: check.at, *names)

    def of_tasks(self) -> dict[str, list[Checked]]:
        """The guardrails' checks of each task."""
        found: dict[str, list[Checked]] = defaultdict(list)
        for check in self.ledger.checks:
            if check.kind == "guardrail":
                found[check.task].append(check)
        return found

    def blocked(self) -> set[str]:
        return {check.task for check in self.ledger.checks if check.result == "blocked" and check.source == "output"}

    def sold(self) -> dict[Of, list[Done]]:
        tasks = [task for task in self.ledger.tasks if task.workflow in self.company.servings]
        return self.by(tasks, lambda task: task.first_at)

    def decided(self) -> dict[Of, list[Done]]:
        return self.by(decided_workflows(self.ledger.tasks), lambda task: task.first_at)

    def used(self) -> dict[Of, list[Used]]:
        first: dict[tuple[str, str], dt.datetime] = {}
        for use in self.ledger.tools:
            first[use.task, use.tool] = min(first.get((use.task, use.tool), use.at), use.at)
        return self.by(self.ledger.tools, lambda use: first[use.task, use.tool], "tool")


@dataclass(frozen=True)
class Compared:
    """One metric, the groups it is compared by beside team, workflow and month, and what the books say."""

    metric: str
    more: tuple[str, ...]
    booked: Callable[[Books], Booked]

    @property
    def by(self) -> list[str]:
        """The groups to ask for: a guardrail's name is always one."""
        return [*GROUPS, *(name for name in self.more if name != "guardrail")]

    def told(self, rows: Iterable[Mapping[str, Any]], booked: Booked) -> Booked:
        """The product's rows in the books' terms: the same groups and fields; a missing group is missing."""
        fields = next(iter(booked.values()))
        return {
            tuple(row[name] for name in (*GROUPS, *self.more)): {
                name: Decimal(row[name]) if isinstance(value, Decimal) else row[name] for name, value in fields.items()
            }
            for row in rows
            if row.get("action", "any") == "any"
        }


def _each(rows: Mapping[Of, Sequence[Row]], of: Callable[[Sequence[Row]], dict[str, Any]]) -> Booked:
    return {group: of(found) for group, found in rows.items()}


COMPARED = {
    "tokens per task": Compared("tokens_per_task", (), lambda books: _each(books.tasks(), tokens_per_task)),
    "tokens per task by model and prompt version": Compared(
        "tokens_per_task",
        ("model", "prompt_version"),
        lambda books: _each(books.tasks("model", "prompt_version"), tokens_per_task),
    ),
    "tokens per task by environment": Compared(
        "tokens_per_task", ("environment",), lambda books: _each(books.tasks("environment"), tokens_per_task)
    ),
    "retries": Compared("retry_waste", (), lambda books: _each(books.tasks(), retry_waste)),
    "gross margin": Compared("gross_margin", (), lambda books: _each(books.sold(), gross_margin(books.company))),
    "outcomes": Compared("outcome_rates", (), lambda books: _each(books.decided(), outcome_rates(books.as_of))),
    "dollars per resolution with closed months and people": Compared(
        "dollars_per_resolution",
        (),
        lambda books: dollars_per_resolution(books.ledger, books.company, books.told_at, books.as_of),
    ),
    "guardrail cost": Compared(
        "guardrail_cost", (), lambda books: _each(books.tasks(), guardrail_cost(books.blocked()))
    ),
    "policy compliance": Compared(
        "policy_compliance", (), lambda books: _each(books.tasks(), policy_compliance(books.of_tasks()))
    ),
    "failures by provider": Compared(
        "failure_rate_by_provider",
        ("provider",),
        lambda books: _each(books.by(books.ledger.entries, lambda entry: entry.started_at, "provider"), failures),
    ),
    "latency and time to first token": Compared(
        "latency", ("model",), lambda books: _each(books.billed("model", embeddings=True), latency)
    ),
    "cache savings": Compared(
        "cache_savings",
        ("model",),
        lambda books: _each(books.billed("model", embeddings=False), cache_savings(books.company)),
    ),
    "guardrail triggers": Compared(
        "guardrail_trigger_rate",
        ("source", "guardrail"),
        lambda books: _each(books.checks("guardrail", "source", "name"), triggers),
    ),
    "evaluation passes": Compared(
        "evaluation_pass_rate", ("evaluation",), lambda books: _each(books.checks("evaluation", "name"), passes)
    ),
    "judges": Compared(
        "judge_disagreement", ("evaluation",), lambda books: _each(books.checks("evaluation", "name"), judged)
    ),
    "tool errors": Compared("tool_error_rate", ("tool",), lambda books: _each(books.used(), tool_errors)),
}
