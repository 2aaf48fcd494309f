"""The product's numbers are the generator's, exactly: from the socket's judgement to metrics and the closed month."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from fortnights import NOW, Drawn
from products import Product

from warehouse import Month, statement


def test_every_span_is_kept_once(product: Product) -> None:
    books = product.ledger
    assert (product.spans, product.duplicates) == (books.spans, books.resent_spans)


def test_malformed_spans_are_faults_beside_the_good_ones(product: Product) -> None:
    assert product.rejected == product.faults == product.ledger.refused_spans


@pytest.mark.parametrize(
    ("metric", "dimension"),
    [
        ("spend_by_team", "team"),
        ("spend_by_workflow", "workflow"),
        ("spend_by_model", "model"),
        ("spend_by_provider", "provider"),
        ("spend_by_day", "day"),
        ("spend_by_environment", "environment"),
        ("spend_by_purpose", "purpose"),
    ],
)
def test_spend_is_the_ledger_s(product: Product, metric: str, dimension: str) -> None:
    sums: dict[str | None, tuple[int, Decimal, int, int]] = defaultdict(lambda: (0, Decimal(0), 0, 0))
    for row in product.rows(metric):
        told = (row["calls"], Decimal(row["cost_usd"]), row["unpriced_calls"], row["incomplete_calls"])
        calls, usd, unpriced, incomplete = sums[row[dimension]]
        sums[row[dimension]] = (calls + told[0], usd + told[1], unpriced + told[2], incomplete + told[3])
    booked = {
        total.of[0]: (total.calls, total.cost_usd, total.unpriced_calls, total.incomplete_calls)
        for total in product.ledger.totals(by=(dimension,))
        if total.calls
    }
    assert sums == booked


def test_token_classes_are_the_ledger_s(product: Product) -> None:
    classes = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output_text", "reasoning")
    sums = ", ".join(f"CAST(coalesce(sum({name}), 0) AS BIGINT)" for name in classes)
    told = product.warehouse.query(f"SELECT {sums} FROM calls WHERE billed").row(0)
    assert told == tuple(product.ledger.total().usage)


def test_duplicates_are_folded_and_counted(product: Product) -> None:
    told = product.warehouse.query("SELECT sum(duplicates) FROM calls").item()
    assert told == product.ledger.duplicates


def test_failures_are_the_ledger_s(product: Product) -> None:
    told = {row["provider"]: (row["calls"], row["failed"]) for row in product.rows("failure_rate_by_provider")}
    booked = {total.of[0]: (total.calls, total.failed_calls) for total in product.ledger.totals(by=("provider",))}
    assert told == booked


def test_tokens_per_task_are_the_ledger_s(product: Product) -> None:
    told = {row["workflow"]: (row["tasks"], row["tokens"]) for row in product.rows("tokens_per_task")}
    tasks = product.ledger.tasks
    booked = {
        workflow: (
            sum(task.workflow == workflow for task in tasks),
            sum(task.tokens for task in tasks if task.workflow == workflow),
        )
        for workflow in {task.workflow for task in tasks}
    }
    assert told == booked


def test_dollars_per_resolution_are_the_ledger_s(product: Product) -> None:
    told = {
        (row["workflow"], row["outcome_kind"]): (Decimal(row["cost_usd"]), row["resolved_tasks"])
        for row in product.rows("dollars_per_resolution")
    }
    assert told == product.ledger.dollars_per_resolution(as_of=NOW)


def test_guardrails_step_in_as_often_as_booked(product: Product) -> None:
    told = {
        (row["guardrail"], row["action"]): row["triggered"]
        for row in product.rows("guardrail_trigger_rate")
        if row["action"] != "any"
    }
    booked = product.ledger.check_counts("guardrail")
    assert told == {key: count for key, count in booked.items() if key[1] != "passed"}


def test_evaluations_pass_as_often_as_booked(product: Product) -> None:
    told: Counter[str] = Counter()
    for row in product.rows("evaluation_pass_rate"):
        told[row["evaluation"]] += row["passed"]
    booked = product.ledger.check_counts("evaluation")
    assert told == Counter({name: count for (name, result), count in booked.items() if result == "passed"})


def test_the_closed_month_is_what_had_arrived_and_the_rest_corrects_the_next(
    product: Product, fortnight: Drawn
) -> None:
    [close] = product.closes
    late = {total.of: total.cost_usd for total in product.ledger.totals(by=("month", "late"))}
    zone = fortnight.history.company.zone
    november = statement(product.warehouse, Month.parse("2026-11"), zone=zone, now=NOW)
    assert close.total_usd == late["2026-10", "False"]
    assert november.total_usd == late["2026-11", "False"] + late["2026-10", "True"]
