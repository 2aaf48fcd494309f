"""The page of budgets: what needs somebody first, one of them as a picture, and what to type when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from drawn import opened, words
from northwind import desk

from dashboards import BudgetLine, Sources
from dashboards.budget_rows import budget_rows, worst_first
from dashboards.desk import lay
from dashboards.figures import budget_course
from warehouse import Warehouse

SUPPORT = BudgetLine(
    scope="team:Support",
    title="Support",
    owner="Support",
    period="monthly",
    window="2026-11",
    first=date(2026, 11, 1),
    last=date(2026, 11, 30),
    budget_usd=Decimal("25.00"),
    spent_usd=Decimal("30.00"),
    used=1.2,
    expected=0.6,
    burn=2.0,
    low_usd=Decimal("44.10"),
    likely_usd=Decimal("46.20"),
    high_usd=Decimal("52.30"),
    because="$30.00 so far, and for the 11 days left what did best.",
    gone_on=date(2026, 11, 9),
    state="over",
    set_by="outlay.toml",
    spent_by=((date(2026, 11, 2), Decimal(10)), (date(2026, 11, 20), Decimal(30))),
    likely_by=((date(2026, 11, 21), Decimal(32)), (date(2026, 11, 30), Decimal("46.2"))),
)
COMPANY = replace(
    SUPPORT,
    scope="company",
    title="the company",
    owner=None,
    budget_usd=Decimal("1000.00"),
    used=0.04,
    burn=None,
    low_usd=None,
    likely_usd=None,
    high_usd=None,
    gone_on=None,
    state="ok",
    spent_by=(),
    likely_by=(),
)
HOSTILE = replace(SUPPORT, scope="user:<b>$x$</b>", title="user <b>$x$</b> **y**", owner="Support")


def shown(northwind: Warehouse, lines: Sequence[BudgetLine], key: str | None = None, **query: str) -> str:
    def budgets(*, teams: tuple[str, ...] | None, now: datetime) -> Sequence[BudgetLine]:
        return [line for line in lines if teams is None or line.owner in teams]

    lay(desk(northwind, keys_required=key is not None, sources=Sources(budgets=budgets)))
    app = opened("budgets.py", key, **query)
    assert not app.exception
    return words(app)


def test_without_a_budget_the_page_says_what_to_type(northwind: Warehouse) -> None:
    said = shown(northwind, [])
    assert ("No budgets yet" in said, "outlay budgets set team:NAME" in said, "[[budgets]]" in said) == (True,) * 3


def test_every_number_of_a_budget_is_there(northwind: Warehouse) -> None:
    said = shown(northwind, [COMPANY, SUPPORT])
    told = ("Support", "2026-11", "over", "120", "46.2", "burns at 2.00 times", "gone on 9 November")
    assert [number for number in told if number not in said] == []


def test_a_reader_sees_the_budgets_of_their_teams(northwind: Warehouse) -> None:
    said = shown(northwind, [COMPANY, SUPPORT], key="support")
    assert ("Support · 2026-11" in said, "the company" in said) == (True, False)


def test_a_budget_of_which_little_is_known_is_drawn(northwind: Warehouse) -> None:
    assert "the company" in shown(northwind, [COMPANY])


def test_hundreds_of_budgets_and_hostile_names_are_drawn(northwind: Warehouse) -> None:
    many = [replace(SUPPORT, scope=f"user:{n}", title=f"user {n}") for n in range(500)]
    assert "<b>$x$</b>" in shown(northwind, [HOSTILE, *many])


def test_a_budget_shows_what_it_went_on_to_the_last_digit(northwind: Warehouse) -> None:
    said = shown(northwind, [SUPPORT])
    assert ("Exactly $30.000412 from 7 calls" in said, "Support / chat" in said) == (True, True)


def test_a_link_opens_its_budget_and_one_whose_period_is_over_says_so(northwind: Warehouse) -> None:
    said = [shown(northwind, [SUPPORT, COMPANY], budget=f"the company · 2026-{month}") for month in ("11", "10")]
    told = ["called the company · 2026-10 now; its period may be over" in each for each in said]
    assert (told, "budget, $1,000" in said[0], "budget, $1,000" in said[1]) == ([False, True], True, False)


def test_each_row_leads_to_its_course() -> None:
    assert budget_rows([SUPPORT])["course"][0] == "budgets?budget=Support+%C2%B7+2026-11"


def test_those_that_need_somebody_come_first() -> None:
    heading = replace(COMPANY, state="heading over", title="search")
    assert [line.title for line in worst_first([COMPANY, heading, SUPPORT])] == ["Support", "search", "the company"]


@pytest.mark.parametrize(
    ("scope", "page"),
    [
        ("team:Support", "/teams?period=Custom&from=2026-11-01&to=2026-11-30&team=Support"),
        ("model:gpt-5", "/models?period=Custom&from=2026-11-01&to=2026-11-30&team=Support"),
    ],
)
def test_a_budget_leads_to_the_page_with_the_same_money(scope: str, page: str) -> None:
    assert budget_rows([replace(SUPPORT, scope=scope)])["numbers"][0] == page


def test_the_picture_says_itself_to_those_who_cannot_see_it() -> None:
    told = budget_course(SUPPORT).alt
    assert told == "The budget of Support for 2026-11: $30.00 of $25.00 spent, likely $46.20 at the end"
