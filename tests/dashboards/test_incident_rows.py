"""The inbox: what waits for somebody first, then by dollars; and narrowed by state and severity."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from northwind import NOW

from dashboards.incident_rows import by_parent, inbox, narrowed

AT = NOW.replace(tzinfo=None)
SPIKE: dict[str, Any] = {
    "incident_id": "a",
    "kind": "spend_spike",
    "team": "Support",
    "workflow": "chat",
    "opened_at": AT - timedelta(hours=3),
    "resolved_at": None,
    "state": "open",
    "severity": "warn",
    "actual_usd": Decimal(312),
    "expected_usd": Decimal(76),
    "impact_usd": Decimal(236),
    "cause": "calls",
    "parent_id": None,
    "answer": None,
    "answered_by": None,
    "answered_until": None,
}
SCHEMA = {
    "resolved_at": pl.Datetime("us"),
    "answered_until": pl.Datetime("us"),
    "answer": pl.String,
    "parent_id": pl.String,
}


def rows(*changes: dict[str, Any]) -> pl.DataFrame:
    return inbox(pl.DataFrame([SPIKE | each for each in changes], schema_overrides=SCHEMA), NOW)


def test_what_waits_comes_first_and_each_kind_by_its_dollars() -> None:
    found = rows(
        {"incident_id": "over", "state": "resolved", "resolved_at": AT, "impact_usd": Decimal(999)},
        {"incident_id": "small", "impact_usd": Decimal(5)},
        {"incident_id": "silent", "kind": "silence", "impact_usd": Decimal(-80), "expected_usd": Decimal(80)},
        {"incident_id": "known", "answer": "acknowledge", "impact_usd": Decimal(500)},
        {"incident_id": "lasts", "kind": "budget", "impact_usd": Decimal(-4000)},
        {"incident_id": "dear"},
    )
    assert found["incident_id"].to_list() == ["dear", "silent", "small", "lasts", "known", "over"]


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, "open"),
        ({"answer": "acknowledge"}, "acknowledged"),
        ({"answer": "snooze", "answered_until": AT + timedelta(hours=1)}, "snoozed"),
        ({"answer": "snooze", "answered_until": AT}, "open"),
        ({"answer": "expected", "answered_until": AT + timedelta(days=1)}, "expected"),
        ({"answer": "snooze", "answered_until": AT + timedelta(hours=1), "state": "resolved"}, "resolved"),
        ({"answer": "expected", "answered_until": AT + timedelta(hours=1), "state": "resolved"}, "expected"),
    ],
)
def test_a_snooze_holds_until_it_ends(changes: dict[str, Any], standing: str) -> None:
    assert rows(changes)["standing"].to_list() == [standing]


@pytest.mark.parametrize(
    ("standings", "severities", "left"),
    [([], [], ["p", "w", "r"]), (["open"], [], ["p", "w"]), ([], ["page"], ["p"]), (["resolved"], ["page"], [])],
)
def test_the_inbox_is_narrowed_by_state_and_severity(
    standings: list[str], severities: list[str], left: list[str]
) -> None:
    found = rows(
        {"incident_id": "p", "severity": "page"},
        {"incident_id": "w"},
        {"incident_id": "r", "state": "resolved", "resolved_at": AT},
    )
    assert sorted(narrowed(found, standings, severities)["incident_id"]) == sorted(left)


def test_dollars_count_by_the_chance_that_they_are_real() -> None:
    spikes = pl.DataFrame([SPIKE, SPIKE | {"incident_id": "b", "impact_usd": Decimal(200)}], schema_overrides=SCHEMA)
    assert inbox(spikes, NOW, {"a": 0.5, "b": 0.9})["incident_id"].to_list() == ["b", "a"]


def test_each_row_leads_to_its_incident() -> None:
    assert rows({"incident_id": "a&b"})["link"].to_list() == ["incidents?id=a%26b"]


def test_an_empty_inbox_has_its_columns() -> None:
    none = rows({}).clear().drop("standing", "what", "sort", "at_stake_usd", "chance", "lasted", "link")
    assert inbox(none, NOW).is_empty()


def test_what_an_incident_explains_stands_under_it() -> None:
    found = by_parent(rows({}, {"incident_id": "b", "parent_id": "a", "impact_usd": Decimal(9)}))
    told = [(head["incident_id"], [child["incident_id"] for child in under]) for head, under in found]
    assert told == [("a", ["b"])]


def test_what_goes_on_after_its_parent_is_over_stands_by_itself() -> None:
    found = by_parent(rows({"state": "resolved", "resolved_at": AT}, {"incident_id": "b", "parent_id": "a"}))
    assert [(head["incident_id"], len(under)) for head, under in found] == [("b", 0), ("a", 0)]
