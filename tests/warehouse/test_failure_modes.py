"""Failure modes: each fact is the mode its first rule says, and a deployment's own rules come first."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from ledgers import Ledger

from warehouse import FailureRule, Question, failure_modes, set_failure_rules, top_failure_modes

ALWAYS = Question(None, None, None, datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture(autouse=True)
def rules(ledger: Ledger) -> None:
    set_failure_rules(ledger.warehouse)


def check(ledger: Ledger, name: str, result: str = "blocked", kind: str = "guardrail", **columns: Any) -> None:
    told = {"kind": kind, "name": name, "result": result, "team": "Support", "workflow": "answers", "owner": ""}
    ledger.insert("task_checks", [told | {"task_id": "t", "checked_at": "2026-10-05"} | columns])


def modes(ledger: Ledger, question: Question = ALWAYS) -> dict[str, int]:
    return dict(top_failure_modes(failure_modes(ledger.warehouse, question)).select("mode", "events").iter_rows())


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("Prompt-Injection-Scan", "injection"),
        ("pii-filter", "data boundary"),
        ("groundedness", "retrieval fault"),
        ("refund-limit", "policy failure"),
    ],
)
def test_a_guardrail_that_stepped_in_is_the_mode_of_its_name(ledger: Ledger, name: str, mode: str) -> None:
    check(ledger, name)
    assert modes(ledger) == {mode: 1}


def test_what_passed_is_no_failure(ledger: Ledger) -> None:
    check(ledger, "pii-filter", "passed")
    check(ledger, "helpful", "passed", kind="evaluation")
    assert modes(ledger) == {}


def test_own_rules_come_before_ours(ledger: Ledger) -> None:
    set_failure_rules(ledger.warehouse, [FailureRule("guardrail", "refund*", "money")])
    check(ledger, "refund-limit")
    check(ledger, "other-limit")
    assert modes(ledger) == {"money": 1, "policy failure": 1}


def test_a_failed_call_a_failed_tool_and_a_spike_are_told_beside_them(ledger: Ledger) -> None:
    ledger.call("2026-10-05", None, failed=True, error_type="429", unpriced_because=None, owner="", task_id="t")
    ledger.insert("tool_uses", [{"tool": "read_order", "failed_calls": 2, "used_at": "2026-10-05", "task_id": "t"}])
    ledger.insert("incidents", [{"kind": "spend_spike", "opened_at": "2026-10-05", "impact_usd": "12"}])
    assert modes(ledger) == {"provider failure": 1, "tool misuse": 1, "cost spike": 1}


def test_a_task_struck_twice_in_one_mode_costs_once(ledger: Ledger) -> None:
    ledger.insert("tasks", [{"task_id": "t", "owner": "", "cost_usd": "0.75"}])
    check(ledger, "pii-filter")
    check(ledger, "pii-filter")
    found = top_failure_modes(failure_modes(ledger.warehouse, ALWAYS))
    assert found.select("events", "tasks", "cost_usd").rows() == [(2, 1, Decimal("0.75"))]


def test_another_teams_failures_are_not_seen(ledger: Ledger) -> None:
    check(ledger, "pii-filter")
    assert modes(ledger, Question(None, None, ("Search",), ALWAYS.as_of)) == {}
