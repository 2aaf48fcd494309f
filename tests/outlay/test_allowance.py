"""A gateway asks whether it may spend: what is left, for whom, and who may know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from made_once import home_after
from replayed import opened_once

from alerts import Budget, Scope, set_budget
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.pages.allowance import Allowance

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = """
INSERT INTO hours (hour_at, team, workflow, model, purpose, calls, failed_calls, attempts, unpriced_calls,
                   incomplete_calls, cost_usd, cache_saved_usd)
VALUES ($at, 'support', 'triage', 'gpt-5', 'product', 1, 0, 1, 0, 0, $usd, 0)
"""


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with open_books(Home(home_after(opened_once, tmp_path, NOW)), NOW) as opened:
        yield opened


def spend(books: Books, usd: str) -> None:
    with books.warehouse.transaction() as tx:
        tx.execute(HOUR, {"at": datetime(2026, 11, 20, 10), "usd": Decimal(usd)})


def allow(books: Books, scope: Scope, usd: str) -> None:
    set_budget(books.warehouse, Budget(scope, "monthly", Decimal(usd)), by="ada", now=NOW)


def test_what_has_no_budget_may_be_spent(books: Books) -> None:
    told = Allowance(books)(scope="team:support", team=None, teams=None, now=NOW)
    assert (told["may_spend"], told["state"], told["remaining_usd"]) == (True, "none", None)


def test_what_is_left_is_told_to_the_cent_and_changes_with_the_ledger(books: Books) -> None:
    allow(books, Scope("team", "support"), "100.00")
    ask = Allowance(books)
    found = []
    for number, usd in enumerate(("60.25", "30.00", "9.75")):
        spend(books, usd)
        told = ask(scope="team:support", team=None, teams=("support",), now=NOW + timedelta(seconds=2 * number))
        found.append((told["remaining_usd"], told["may_spend"], told["state"]))
    assert found == [("39.75", True, "ok"), ("9.75", True, "near"), ("0", False, "over")]


def test_a_question_within_a_second_is_answered_from_memory(books: Books) -> None:
    allow(books, Scope("team", "support"), "100.00")
    ask = Allowance(books)
    before = ask(scope="team:support", team=None, teams=None, now=NOW)
    spend(books, "50.00")
    after = ask(scope="team:support", team=None, teams=None, now=NOW + timedelta(milliseconds=500))
    assert before["remaining_usd"] == after["remaining_usd"] == "100"


def test_the_tightest_of_several_budgets_decides(books: Books) -> None:
    allow(books, Scope("workflow", "triage"), "10.00")
    allow(books, Scope("workflow", "triage", "support"), "5.00")
    spend(books, "6.00")
    told = Allowance(books)(scope="workflow:triage", team=None, teams=None, now=NOW)
    assert (told["may_spend"], told["remaining_usd"], len(told["budgets"])) == (False, "-1", 2)


def test_a_team_s_key_knows_its_own_part_and_no_more(books: Books) -> None:
    allow(books, Scope("workflow", "triage"), "10.00")
    allow(books, Scope("workflow", "triage", "support"), "5.00")
    told = Allowance(books)(scope="workflow:triage", team=None, teams=("support",), now=NOW)
    assert [each["team"] for each in told["budgets"]] == ["support"]


@pytest.mark.parametrize(("scope", "team"), [("team:sales", None), ("user:ada", "sales")])
def test_another_team_s_budget_is_not_told(books: Books, scope: str, team: str | None) -> None:
    with pytest.raises(PermissionError, match="does not show sales"):
        Allowance(books)(scope=scope, team=team, teams=("support",), now=NOW)


@pytest.mark.parametrize("scope", ["", "tem:x", "team:", "team", "company:x"])
def test_what_is_no_scope_is_said(books: Books, scope: str) -> None:
    with pytest.raises(ValueError, match="scope"):
        Allowance(books)(scope=scope, team=None, teams=None, now=NOW)
