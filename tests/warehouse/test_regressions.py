"""Regressions: a version is held against the one before it, and small samples are told and not acted on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import Ledger

from warehouse import Question, VersionChange, regression_sentence, version_changes
from warehouse.comparing import Mean, points, ratio_of_sums, relative

ALWAYS = Question(None, None, None, datetime(2026, 12, 1, tzinfo=UTC))


def tasks(ledger: Ledger, version: str, costs: list[str], *, day: int, resolved: int | None = None) -> None:
    """Tasks of one prompt version, one a minute from that day on; the first `resolved` are, the rest failed."""
    begun = datetime(2026, 10, day, tzinfo=UTC)
    ledger.insert(
        "tasks",
        [
            {"task_id": f"{version}-{number}", "owner": "", "team": "Support", "workflow": "answers", "calls": 1}
            | {"prompt_name": "answers", "prompt_version": version, "model": "gpt-5", "input_tokens": 100}
            | {"first_at": begun + timedelta(minutes=number), "cost_usd": cost}
            | {"outcome_status": None if resolved is None else "resolved" if number < resolved else "failed"}
            for number, cost in enumerate(costs)
        ],
    )


def evaluated(ledger: Ledger, version: str, passed: int, failed: int) -> None:
    ledger.insert(
        "task_checks",
        [
            {"kind": "evaluation", "name": "helpful", "result": result, "checked_at": "2026-10-09", "owner": ""}
            | {"task_id": f"{version}-0", "team": "Support", "workflow": "answers"}
            | {"prompt_name": "answers", "prompt_version": version}
            for result, count in (("passed", passed), ("failed", failed))
            for _ in range(count)
        ],
    )


def change(ledger: Ledger) -> VersionChange:
    (found,) = [each for each in version_changes(ledger.warehouse, ALWAYS) if each.kind == "prompt"]
    return found


def said(ledger: Ledger) -> list[str]:
    found = change(ledger)
    return [regression_sentence(found, each) for each in found.regressed]


def test_a_dearer_resolution_is_a_regression_and_says_by_how_much(ledger: Ledger) -> None:
    tasks(ledger, "v1", ["0.99", "1.01"] * 40, day=1, resolved=80)
    tasks(ledger, "v2", ["1.29", "1.31"] * 40, day=5, resolved=80)
    assert said(ledger) == [
        "answers: with v2 the cost per resolution is $1.30, with v1 it was $1.00 (+30%, 95%: +30 to +30)"
    ]


def test_fewer_resolved_of_the_same_cost_is_a_dearer_resolution(ledger: Ledger) -> None:
    tasks(ledger, "v1", ["1"] * 80, day=1, resolved=80)
    tasks(ledger, "v2", ["1"] * 80, day=5, resolved=40)
    assert [(each.measure, each.after) for each in change(ledger).regressed] == [("cost_per_resolution", 2.0)]


def test_tasks_nobody_decided_on_are_no_argument_against_a_young_version(ledger: Ledger) -> None:
    tasks(ledger, "v1", ["1"] * 40, day=1, resolved=40)
    tasks(ledger, "v2", ["1"] * 40, day=5)
    assert (change(ledger).regressed, change(ledger).tasks_after) == ((), 40)


def test_a_rise_on_few_tasks_has_no_interval_and_opens_nothing(ledger: Ledger) -> None:
    tasks(ledger, "v1", ["1"] * 5, day=1, resolved=5)
    tasks(ledger, "v2", ["9"] * 5, day=5, resolved=5)
    assert [(each.moved.low, each.opens) for each in change(ledger).compared] == [(None, False)] * 3


@pytest.mark.parametrize(("passed", "opens"), [(88, True), (93, False)])
def test_three_points_of_pass_rate_are_a_regression(ledger: Ledger, passed: int, opens: bool) -> None:
    tasks(ledger, "v1", ["1"], day=1)
    tasks(ledger, "v2", ["1"], day=5)
    evaluated(ledger, "v1", 94, 6)
    evaluated(ledger, "v2", passed, 100 - passed)
    assert [each.opens for each in change(ledger).compared if each.measure == "pass_rate"] == [opens]


def test_the_first_version_has_nothing_to_be_held_against(ledger: Ledger) -> None:
    tasks(ledger, "v1", ["1"] * 3, day=1, resolved=3)
    assert version_changes(ledger.warehouse, ALWAYS) == []


def test_another_teams_versions_are_not_seen(ledger: Ledger) -> None:
    tasks(ledger, "v1", ["1"], day=1)
    tasks(ledger, "v2", ["1"], day=5)
    assert version_changes(ledger.warehouse, Question(None, None, ("Search",), ALWAYS.as_of)) == []


@given(st.integers(20, 400), st.integers(20, 400), st.floats(0, 1), st.floats(0, 1))
def test_an_interval_holds_the_change_and_stays_within_what_shares_can_do(n: int, m: int, p: float, q: float) -> None:
    moved = points((round(p * n), n), (round(q * m), m))
    assert moved is not None
    assert moved.low is not None
    assert moved.high is not None
    assert -1 <= moved.low <= moved.change <= moved.high <= 1


def test_nothing_is_divided_by_nothing() -> None:
    nothing = ratio_of_sums(float(Decimal(5)), 0.0, 9, (1.0, 0.0, 0.0))
    assert (nothing, relative(nothing, Mean(1.0, 0.1, 30)), points((0, 0), (1, 2))) == (None, None, None)
