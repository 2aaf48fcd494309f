"""Incidents in words: what happened to whom, and the amount that matters for its kind."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from dashboards.incident_words import excess, headline, impact, marks, state_badge, untold

SPIKE = {
    "kind": "spend_spike",
    "team": "Support",
    "workflow": "chat",
    "actual_usd": Decimal(312),
    "expected_usd": Decimal(76),
    "impact_usd": Decimal(236),
    "state": "open",
    "severity": "page",
    "opened_at": datetime(2026, 11, 19, 23, 30),
    "incident_id": "a",
    "parent_id": None,
    "whole": None,
}


@pytest.mark.parametrize(
    ("changes", "line", "amount"),
    [
        ({}, "Support / chat: $236.00 more than expected", ("Above expected", 236)),
        ({"impact_usd": Decimal(-60)}, "Support / chat: $60.00 less than expected", ("Below expected", 60)),
        ({"kind": "budget", "workflow": None}, "Support: $312.00 spent of a budget of $76.00", ("Over budget", 236)),
        (
            {"whole": "team", "workflow": None},
            "Support, all workflows: $236.00 more than expected",
            ("Above expected", 236),
        ),
        ({"of_model": "gpt-5"}, "Support / chat, gpt-5: $236.00 more than expected", ("Above expected", 236)),
        ({"whole": "company", "team": None}, "All teams: $236.00 more than expected", ("Above expected", 236)),
        (
            {"kind": "budget", "impact_usd": Decimal(-4)},
            "Support / chat: $312.00 spent of a budget of $76.00",
            ("Left of the budget", 4),
        ),
        (
            {"kind": "silence", "team": None},
            "Unattributed / chat: silent, where $76.00 was expected",
            ("Expected meanwhile", 76),
        ),
        (
            {"kind": "runaway", "cause": "Task t-1 spent $312.00, where $76.00 is the cap."},
            "Support / chat: Task t-1 spent $312.00, where $76.00 is the cap",
            ("Above the cap", 236),
        ),
    ],
)
def test_each_kind_says_the_amount_that_matters(changes: dict[str, Any], line: str, amount: tuple[str, int]) -> None:
    told = SPIKE | changes
    assert (headline(told), impact(told)) == (line, amount)


@pytest.mark.parametrize(
    ("changes", "since", "said"),
    [
        ({"cause": "Calls ×4."}, "3 Oct", "Since 3 Oct: Calls ×4."),
        ({"cause": "Calls ×4."}, "", "Calls ×4."),
        ({"kind": "runaway", "cause": "Task t-1 spent $312.00."}, "3 Oct", "Since 3 Oct."),
        ({"kind": "drift", "cause": "chat crept up"}, "", ""),
    ],
)
def test_what_the_headline_has_said_is_not_said_again(changes: dict[str, Any], since: str, said: str) -> None:
    assert untold(SPIKE | changes, since) == said


@pytest.mark.parametrize(
    ("changes", "badge"),
    [
        ({}, ":red-badge[page]"),
        ({"severity": "warn"}, ":orange-badge[warn]"),
        ({"severity": "info"}, ":blue-badge[info]"),
        ({"state": "resolved"}, ":gray-badge[resolved]"),
    ],
)
def test_red_is_only_for_what_wakes_someone(changes: dict[str, str], badge: str) -> None:
    assert state_badge(SPIKE | changes) == badge


def test_money_above_expected_is_counted_once() -> None:
    same_money_again = SPIKE | {"kind": "budget"}
    whole, part = SPIKE | {"whole": "team"}, SPIKE | {"incident_id": "b", "parent_id": "a"}
    assert [excess(pl.DataFrame(each)) for each in ([SPIKE, same_money_again], [whole, part], [SPIKE, part])] == [
        Decimal(236),
        Decimal(236),
        Decimal(472),
    ]


def test_a_spike_is_marked_on_the_business_day_it_began() -> None:
    (mark,) = marks(pl.DataFrame([SPIKE, SPIKE | {"kind": "silence"}]), ZoneInfo("Europe/Berlin"))
    assert (mark.day.isoformat(), mark.text) == (
        "2026-11-20",
        "Support / chat: $236.00 more than expected, from 20 Nov, 00:30",
    )


def test_a_budget_of_no_team_is_named_by_its_cause() -> None:
    company = SPIKE | {"kind": "budget", "team": None, "workflow": None}
    company |= {"cause": "The budget of the company for 2026-11 is spent."}
    assert headline(company).startswith("The budget of the company for 2026-11: ")
