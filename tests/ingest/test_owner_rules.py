"""Rules of owners: the first that has a value gives it, whatever the values of attributes are."""

from __future__ import annotations

import time
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from otlp_requests import CHAT, entry, request, span

from ingest.dialects import DIALECTS
from ingest.owner import SPELLINGS
from ingest.owner_rules import LONGEST_VALUE, Rule, decided, ruled
from ingest.reading import read
from ingest.wire import columns

ANY = Rule(sets={"team": "anybody"})


def told(*rules: Rule, **sent: Any) -> dict[str, Any]:
    """What the rules make of one call; `sent` may have `span`, `resource`, `scope` and `key_id`."""
    body = request(
        span(CHAT | sent.get("span", {})), resource=sent.get("resource"), scope=sent.get("scope", ("s", "1"))
    )
    entries = [entry(body, key_id=sent.get("key_id"))]
    found = columns(entries)
    row: dict[str, Any] = ruled(read(found, DIALECTS, SPELLINGS).spans, found, entries, rules).row(0, named=True)
    return row


def holds(rule: Rule, **sent: Any) -> bool:
    return bool(told(rule, **sent)["team"] == "anybody")


@pytest.mark.parametrize(
    ("pattern", "service", "fits"),
    [
        ("search", "search", True),
        ("search", "research", False),
        ("search-*", "search-api", True),
        ("search-*", "search", False),
        ("*", "", False),
        ("s?arch", "search", True),
        ("s?arch", "s\nrch", False),
        ("a.b*", "aXb", False),
        ("[a-z]*", "abc", False),
        ("[a-z]*", "[a-z]!", True),
        ("$^(", "$^(", True),
        ("*n*", "a\nb\nc", False),
        ("a*c", "a\nb\nc", True),
        ("Search", "search", False),
        ("Süd*", "Süd-West", True),
    ],
)
def test_a_pattern_knows_two_marks_and_takes_everything_else_as_it_stands(
    pattern: str, service: str, fits: bool
) -> None:
    rule = Rule(sets=ANY.sets, service=(pattern,))
    assert holds(rule, resource={"service.name": service}) == fits


@pytest.mark.parametrize(
    ("conditions", "sent", "fits"),
    [
        ({}, {}, True),
        ({"service": ("x", "bot")}, {"resource": {"service.name": "bot"}}, True),
        ({"scope": ("lib.*",)}, {"scope": ("lib.openai", "1")}, True),
        ({"scope": ("lib.*",)}, {"scope": ("other", "1")}, False),
        ({"model": ("gpt-4o-mini",)}, {}, True),
        ({"model": ("gpt-4o-mini-2024*",)}, {}, True),
        ({"model": ("claude*",)}, {}, False),
        ({"key": ("k1",)}, {"key_id": "k1"}, True),
        ({"key": ("*",)}, {}, False),
        ({"attribute": {"a": ("1",)}}, {"span": {"a": 1}}, True),
        ({"attribute": {"a": ("1",)}}, {"resource": {"a": "1"}}, True),
        ({"attribute": {"a": ("1",)}}, {"span": {"a": "2"}, "resource": {"a": "1"}}, False),
        ({"resource": {"a": ("1",)}}, {"span": {"a": "1"}}, False),
        ({"resource": {"a": ("1",)}, "service": ("bot",)}, {"resource": {"a": "1", "service.name": "bot"}}, True),
        ({"resource": {"a": ("1",)}, "service": ("bot",)}, {"resource": {"a": "1"}}, False),
    ],
)
def test_a_rule_holds_when_every_condition_does(conditions: dict[str, Any], sent: dict[str, Any], fits: bool) -> None:
    assert holds(Rule(sets=ANY.sets, **conditions), **sent) == fits


def test_the_first_rule_that_has_a_value_gives_it_field_by_field() -> None:
    rules = [
        Rule({"team": "{k8s.label.team}", "workflow": "w1"}),
        Rule({"team": "second", "environment": "{nowhere}"}),
        Rule({"team": "third", "user": "u3", "task": "t3", "cost_centre": "c3"}),
    ]
    row = told(*rules, span={"outlay.team": "told", "outlay.workflow": "told", "outlay.environment": "told"})
    assert [row[name] for name in ("team", "workflow", "environment", "user_id", "task_id", "cost_centre")] == [
        *("second", "w1", "told", "u3", "t3", "c3")
    ]


def test_a_copied_value_is_the_spans_else_its_resources() -> None:
    rule = Rule({"team": "{ns}", "workflow": "{other}"})
    row = told(rule, span={"ns": ' "shop" ', "other": ""}, resource={"ns": "all", "other": "graph"})
    assert (row["team"], row["workflow"]) == ("shop", "graph")


@pytest.mark.parametrize("value", ["{service.name", "service.name}", "a {service.name}", "{{service.name}}", "%s"])
def test_a_value_that_is_no_copy_stands_for_itself(value: str) -> None:
    assert told(Rule({"team": value}), resource={"service.name": "bot", "{service.name}": "x"})["team"] in {value, "x"}


def test_a_text_is_no_name() -> None:
    text = "x" * (LONGEST_VALUE + 1)
    row = told(Rule({"team": "{a}"}), Rule({"workflow": "w"}, attribute={"a": ("x*",)}), span={"a": text})
    assert (row["team"], row["workflow"]) == (None, None)


def test_which_rule_decided_is_told_from_one() -> None:
    entries = [entry(request(span(CHAT), span(CHAT | {"a": "1"}, number=2)))]
    found = columns(entries)
    rules = [Rule({"team": "{a}"}), Rule({"team": "rest"})]
    said = decided(read(found, DIALECTS, SPELLINGS).spans, found, entries, rules)
    assert said.select("team", "by_team").rows() == [("rest", 2), ("1", 1)]


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_pattern_and_no_value_breaks_the_reading(pattern: str, value: str) -> None:
    value = value.encode(errors="ignore").decode()
    pattern = pattern.encode(errors="ignore").decode()
    assert holds(Rule(sets=ANY.sets, attribute={"a": (pattern, "*")}), span={"a": value}) == bool(value.strip(' "'))


def test_a_hostile_value_costs_no_time() -> None:
    rule = Rule(sets=ANY.sets, attribute={"a": ("*a*a*a*a*a*a*a*a*b",)})
    values = ["a" * LONGEST_VALUE for _ in range(200)]
    entries = [entry(request(*(span({"a": value}, number=n) for n, value in enumerate(values, 1))))]
    found = columns(entries)
    spans = read(found, DIALECTS, SPELLINGS).spans
    began = time.process_time()
    said = ruled(spans, found, entries, [rule] * 20)
    assert (said["team"].null_count(), time.process_time() - began < 3) == (200, True)


def test_spans_of_several_entries_and_resources_get_their_own_rules_word() -> None:
    entries = [
        entry(request(span(CHAT), resource={"service.name": name}), key_id=key)
        for name, key in [("a", "k1"), ("b", "k1"), ("a", "k2")]
    ]
    found = columns(entries)
    rules = [Rule({"team": "first"}, service=("a",), key=("k1",)), Rule({"team": "{service.name}"})]
    spans = ruled(read(found, DIALECTS, SPELLINGS).spans, found, entries, rules)
    assert spans["team"].to_list() == ["first", "b", "a"]


def test_an_empty_batch_has_no_owners() -> None:
    found = columns([])
    assert isinstance(ruled(read(found, DIALECTS, SPELLINGS).spans, found, [], [ANY]), pl.DataFrame)
