"""Keys and rules as they are typed: who a key speaks for, what a rule makes of a span."""

from __future__ import annotations

import pytest
from typing_commands import CHAT, Shell

RULES = """
[teams.search]
cost_centre = "CC-1"
[teams.sales]
cost_centre = "CC-2"
[[owners]]
scope = "*openai*"
set = { team = "Search", workflow = "{gen_ai.operation.name}" }
[[owners]]
attribute = { "http.route" = ["/deals*", "/crm"] }
set = { team = "{service.namespace}" }
"""


@pytest.fixture
def ruled(new: Shell) -> Shell:
    (new.home / "outlay.toml").write_text(RULES)
    return new


def said(shell: Shell, *words: str) -> dict[str, tuple[str | None, str]]:
    told = shell.type("owners", "test", *words, "--json").json
    return {answer["field"]: (answer["value"], answer["because"]) for answer in told}


def test_what_is_loaded_is_owned_by_the_rules(ruled: Shell) -> None:
    ruled.type("replay", str(CHAT))
    told = ruled.type("usage", "--by", "team,workflow", "--json").json
    assert [(row["team"], row["workflow"]) for row in told["rows"]] == [("search", "chat")]


def test_a_rule_is_named_by_its_place(ruled: Shell) -> None:
    told = said(ruled, "--attribute", "http.route=/deals/7", "--resource", "service.namespace=SALES")
    assert told["team"] == ("sales", "rule 2 of [[owners]]")


def test_an_attribute_is_named_where_no_rule_says_anything(ruled: Shell) -> None:
    told = said(ruled, "--attribute", "outlay.team=ops", "--resource", "deployment.environment=prod")
    assert [told[field] for field in ("team", "environment", "user")] == [
        ("ops", "the attribute outlay.team"),
        ("prod", "the resource's attribute deployment.environment"),
        (None, "no rule and no attribute says"),
    ]


def test_the_rules_are_listed_in_their_order(ruled: Shell) -> None:
    shown = ruled.type("owners", "list").out
    assert shown.index("scope is *openai*") < shown.index("http.route is /deals* or /crm")


def test_a_key_says_what_it_makes_of_a_claim(ruled: Shell) -> None:
    plain = ruled.type("keys", "create", "--team", "search", "--json").json["key_id"]
    gateway = ruled.type("keys", "create", "--gateway", "--teams", "SALES, search", "--json").json["key_id"]
    claim = ("--attribute", "outlay.team=sales", "--attribute", "outlay.cost_centre=CC-2")
    by_plain, by_gateway = said(ruled, *claim, "--key", plain), said(ruled, *claim, "--key", gateway)
    refused = f"the key {plain} may not speak for sales, which the attribute outlay.team names"
    assert (by_plain["team"], by_gateway["team"]) == (
        ("search", refused),
        ("sales", f"the attribute outlay.team; the key {gateway} may speak for it"),
    )
    assert (by_plain["cost_centre"][0], by_gateway["cost_centre"][0]) == (None, "CC-2")


def test_a_key_that_is_not_there_is_named(ruled: Shell) -> None:
    shown = ruled.type("owners", "test", "--key", "nothere0")
    assert (shown.code, "there is no key nothere0" in shown.err) == (1, True)


def test_what_is_no_attribute_is_named(ruled: Shell) -> None:
    shown = ruled.type("owners", "test", "--attribute", "team")
    assert (shown.code, "write KEY=VALUE" in shown.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["--team", "SEARCH "], ("search", [], ["ingest", "read"])),
        (["--team", "ops", "--scope", "read,admin"], ("ops", [], ["read", "admin"])),
        (["--gateway", "--teams", "sales,Search", "--teams", "ops"], (None, ["ops", "sales", "search"], ["ingest"])),
        (["--team", "ops", "--teams", "*", "--scope", "ingest", "--scope", "read"], ("ops", ["*"], ["ingest", "read"])),
    ],
)
def test_a_key_is_made_as_it_is_typed(
    ruled: Shell, words: list[str], made: tuple[str | None, list[str], list[str]]
) -> None:
    key = ruled.type("keys", "create", *words, "--json").json
    assert (key["team"], key["speaks_for"], key["scopes"]) == made


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "whose spend is it?"),
        (["--gateway"], "a gateway speaks for teams"),
        (["--gateway", "--team", "ops"], "a gateway speaks for teams"),
        (["--team", "*"], "'*' is no team"),
        (["--team", " "], "is no name of a team"),
        (["--team", "ops", "--scope", "write"], "'write' is no scope"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(ruled: Shell, words: list[str], sentence: str) -> None:
    shown = ruled.type("keys", "create", *words)
    assert (shown.code, sentence in shown.err, shown.out) == (2, True, "")
