"""Every unit metric equals the generator's own answer, for every team, workflow and month."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import units
from fortnights import NOW, Drawn
from products import Product

from outlay.demo.booked import Checked, Used

GROUPS = ("team", "workflow", "month")


def began(row: Any) -> dt.datetime:
    at: dt.datetime = row.first_at
    return at


def told(product: Product, metric: str, booked: Mapping[units.Of, Mapping[str, Any]], *more: str) -> Any:
    """What the product says of the same groups and fields; a missing group is missing."""
    fields = next(iter(booked.values()))
    by = [name for name in (*GROUPS, *more) if name != "guardrail"]
    return {
        tuple(row[name] for name in (*GROUPS, *more)): {
            name: Decimal(row[name]) if isinstance(value, Decimal) else row[name] for name, value in fields.items()
        }
        for row in product.rows(metric, *by)
        if row.get("action", "any") == "any"
    }


def answers(rows: Mapping[units.Of, Sequence[Any]], of: Callable[[Any], dict[str, Any]]) -> dict[units.Of, Any]:
    return {group: of(found) for group, found in rows.items()}


def agree(product: Product, metric: str, booked: Mapping[units.Of, Any], *more: str) -> bool:
    assert booked
    assert told(product, metric, booked, *more) == booked
    return True


def test_tokens_per_task(product: Product) -> None:
    tasks = units.by(product.ledger.tasks, product.ledger.zone, began)
    assert agree(product, "tokens_per_task", answers(tasks, units.tokens_per_task))


def test_tokens_per_task_by_model_and_prompt_version(product: Product) -> None:
    tasks = units.by(product.ledger.tasks, product.ledger.zone, began, "model", "prompt_version")
    booked = answers(tasks, units.tokens_per_task)
    assert agree(product, "tokens_per_task", booked, "model", "prompt_version")


def test_tokens_per_task_by_environment(product: Product) -> None:
    tasks = units.by(product.ledger.tasks, product.ledger.zone, began, "environment")
    assert agree(product, "tokens_per_task", answers(tasks, units.tokens_per_task), "environment")


def test_retries(product: Product) -> None:
    tasks = units.by(product.ledger.tasks, product.ledger.zone, began)
    assert agree(product, "retry_waste", answers(tasks, units.retry_waste))


def test_gross_margin(product: Product, fortnight: Drawn) -> None:
    company = fortnight.history.company
    sold = [task for task in product.ledger.tasks if task.workflow in company.servings]
    tasks = units.by(sold, product.ledger.zone, began)
    assert agree(product, "gross_margin", answers(tasks, units.gross_margin(company)))


def test_outcomes(product: Product) -> None:
    tasks = units.by(units.decided_workflows(product.ledger.tasks), product.ledger.zone, began)
    assert agree(product, "outcome_rates", answers(tasks, units.outcome_rates(NOW)))


def test_dollars_per_resolution_with_a_closed_month_and_people(product: Product, fortnight: Drawn) -> None:
    booked = units.dollars_per_resolution(product.ledger, fortnight.history.company, NOW)
    assert any(row["adjusted_tasks"] for row in booked.values())
    assert agree(product, "dollars_per_resolution", booked)


def test_guardrail_cost(product: Product) -> None:
    blocked = {check.task for check in product.ledger.checks if check.result == "blocked" and check.source == "output"}
    tasks = units.by(product.ledger.tasks, product.ledger.zone, began)
    assert agree(product, "guardrail_cost", answers(tasks, units.guardrail_cost(blocked)))


def test_policy_compliance(product: Product) -> None:
    checks: dict[str, list[Checked]] = defaultdict(list)
    for check in product.ledger.checks:
        if check.kind == "guardrail":
            checks[check.task].append(check)
    tasks = units.by(product.ledger.tasks, product.ledger.zone, began)
    assert agree(product, "policy_compliance", answers(tasks, units.policy_compliance(checks)))


def test_failures_by_provider(product: Product) -> None:
    entries = units.by(product.ledger.entries, product.ledger.zone, lambda entry: entry.started_at, "provider")
    assert agree(product, "failure_rate_by_provider", answers(entries, units.failures), "provider")


def test_latency_and_time_to_first_token(product: Product) -> None:
    billed = [entry for entry in product.ledger.entries if entry.billed]
    entries = units.by(billed, product.ledger.zone, lambda entry: entry.started_at, "model")
    assert agree(product, "latency", answers(entries, units.latency), "model")


def test_cache_savings(product: Product, fortnight: Drawn) -> None:
    billed = [entry for entry in product.ledger.entries if entry.billed and entry.purpose != "embedding"]
    entries = units.by(billed, product.ledger.zone, lambda entry: entry.started_at, "model")
    booked = answers(entries, units.cache_savings(fortnight.history.company))
    assert agree(product, "cache_savings", booked, "model")


def test_guardrail_triggers(product: Product) -> None:
    checks = [check for check in product.ledger.checks if check.kind == "guardrail"]
    groups = units.by(checks, product.ledger.zone, lambda check: check.at, "source", "name")
    assert agree(product, "guardrail_trigger_rate", answers(groups, units.triggers), "source", "guardrail")


def test_evaluation_passes(product: Product) -> None:
    checks = [check for check in product.ledger.checks if check.kind == "evaluation"]
    groups = units.by(checks, product.ledger.zone, lambda check: check.at, "name")
    assert agree(product, "evaluation_pass_rate", answers(groups, units.passes), "evaluation")


def test_judges(product: Product) -> None:
    checks = [check for check in product.ledger.checks if check.kind == "evaluation"]
    groups = units.by(checks, product.ledger.zone, lambda check: check.at, "name")
    assert agree(product, "judge_disagreement", answers(groups, units.judged), "evaluation")


def test_tool_errors(product: Product) -> None:
    first: dict[tuple[str, str], dt.datetime] = {}
    for use in product.ledger.tools:
        key = (use.task, use.tool)
        first[key] = min(first.get(key, use.at), use.at)

    def first_use(use: Used) -> dt.datetime:
        return first[use.task, use.tool]

    groups = units.by(product.ledger.tools, product.ledger.zone, first_use, "tool")
    booked = answers(groups, units.tool_errors)
    assert any(row["failed_calls"] for row in booked.values())
    assert agree(product, "tool_error_rate", booked, "tool")
