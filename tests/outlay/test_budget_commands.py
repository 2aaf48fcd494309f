"""The budgets of a home, typed: what the file says, what a command says, and how each stands."""

from __future__ import annotations

import pytest
from typing_commands import Shell

FILE = """
[teams."support"]
monthly_budget_usd = 100.00

[[budgets]]
scope = "workflow"
name = "triage"
team = "support"
period = "quarterly"
amount_usd = 250.00
"""


@pytest.fixture
def home(new: Shell) -> Shell:
    (new.home / "outlay.toml").write_text(FILE, encoding="utf-8")
    return new


def test_an_empty_book_says_what_to_type(new: Shell) -> None:
    assert "outlay budgets set team:NAME" in new.type("budgets", "list").out


def test_the_file_s_budgets_are_listed(home: Shell) -> None:
    found = home.type("budgets", "list", "--json").json
    assert [(each["scope"], each["team"], each["period"], each["budget_usd"], each["set_by"]) for each in found] == [
        ("team:support", None, "monthly", "100", "outlay.toml"),
        ("workflow:triage", "support", "quarterly", "250", "outlay.toml"),
    ]


def test_a_budget_set_by_hand_wins_and_stays(home: Shell) -> None:
    home.type("budgets", "set", "team:support", "$1,250.50")
    found = home.type("budgets", "list", "--json").json
    assert found[0]["budget_usd"] == "1250.5"


def test_nothing_takes_a_budget_away(home: Shell) -> None:
    home.type("budgets", "set", "workflow:triage", "0", "--team", "support", "--period", "quarterly")
    assert [each["scope"] for each in home.type("budgets", "list", "--json").json] == ["team:support"]


def test_the_status_has_every_number_of_a_budget(home: Shell) -> None:
    found = home.type("budgets", "status", "--json").json[0]
    assert {name: found[name] for name in ("spent_usd", "remaining_usd", "used_share", "p50_usd", "state")} == {
        "spent_usd": "0",
        "remaining_usd": "100",
        "used_share": 0.0,
        "p50_usd": None,
        "state": "ok",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("tem:support", "10"), "'tem' is no scope; there are: company, team:NAME"),
        (("team", "10"), "write a scope as company, or as KIND:NAME such as team:support"),
        (("team:support", "ten"), "'ten' is no amount; write US dollars such as 2500.00"),
        (("team:support", "NaN"), "is no amount for team:support"),
        (("team:support", "10", "--period", "weekly"), "'weekly' is no period of a budget"),
        (("team:support", "10", "--team", "x"), "team:support cannot be narrowed to a team"),
        (("team:support", "1.234"), "is no amount in dollars and cents"),
    ],
)
def test_what_cannot_be_a_budget_is_refused_in_a_sentence(home: Shell, words: tuple[str, ...], sentence: str) -> None:
    shown = home.type("budgets", "set", *words)
    assert (shown.code, sentence in shown.err) == (1, True)
