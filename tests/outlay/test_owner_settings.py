"""The rules of outlay.toml as the loader takes them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingest.loader import Owners, Rule
from ingest.owner_rules import FIELDS
from outlay.economics import outcome_rules, tell_economics
from outlay.reading.owners import owners_of
from outlay.settings.file import FILE, read
from outlay.settings.owners import OWNED, VALUE
from warehouse import OutcomeRule, Warehouse


def test_rules_keep_their_order_and_a_single_pattern_is_a_list_of_one(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        """
        [teams.search]
        cost_centre = "CC-1"
        [teams.sales]
        [[owners]]
        service = "search-*"
        attribute = { "http.route" = ["/a", "/b*"] }
        set = { team = "search" }
        [[owners]]
        set = { team = "{service.namespace}", cost_centre = "CC-9" }
        """
    )
    assert owners_of(read(tmp_path)) == Owners(
        rules=(
            Rule({"team": "search"}, service=("search-*",), attribute={"http.route": ("/a", "/b*")}),
            Rule({"team": "{service.namespace}", "cost_centre": "CC-9"}),
        ),
        teams={"search": "CC-1", "sales": None},
    )


def test_a_rule_of_tasks_is_a_rule_for_each_of_its_attributes(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[[tasks]]\nworkflow = "support-*"\nid = ["ticket.id", "session"]\n')
    assert owners_of(read(tmp_path)).tasks == (
        Rule({"task": "{ticket.id}"}, workflow=("support-*",)),
        Rule({"task": "{session}"}, workflow=("support-*",)),
    )


def test_kinds_of_outcomes_follow_the_usual_time_unless_they_say_otherwise(tmp_path: Path) -> None:
    kinds = '[outcome_kinds.Lead]\nmaturity_hours = 72\n[outcome_kinds.pr]\nevaluation = "review"\n'
    (tmp_path / FILE).write_text(f"[outcomes]\nmaturity_hours = 36\n{kinds}")
    assert outcome_rules(read(tmp_path)) == [
        OutcomeRule("lead", 72),
        OutcomeRule("pr", 36, "review"),
        OutcomeRule("", 36),
    ]


def test_what_a_company_says_of_its_work_is_told_to_the_warehouse_once(tmp_path: Path) -> None:
    text = '[outcomes]\nhuman_usd_per_hour = 40\n[workflows.chat]\nprice_usd = "0.99"\n'
    (tmp_path / FILE).write_text(text)
    with Warehouse.in_memory() as warehouse:
        for _ in range(2):
            tell_economics(warehouse, read(tmp_path))
        told = [warehouse.query(f"SELECT * FROM {table}").rows() for table in ("workflow_prices", "human_costs")]
    assert told == [[("chat", Decimal("0.99"))], [(Decimal("0.666666666667"),)]]


def test_what_can_be_written_is_what_can_be_set() -> None:
    assert set(OWNED) == set(FIELDS)


@pytest.mark.parametrize("value", ["{{a}}", "{}", "", "{a", "a}", "a{b}", "{a}{b}"])
def test_no_value_is_a_template(value: str) -> None:
    assert VALUE.fullmatch(value) is None
