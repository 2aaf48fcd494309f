"""The demo company is as large as the demo promises, and pays the prices the world pays."""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal

import pytest
from fortnights import NOW
from genai_prices.data_snapshot import get_snapshot
from recount import SELLER, list_price

from outlay.demo import Company, override_price_lines, settings_toml
from outlay.settings.settings import Settings

COMPANY = Company.read(NOW)
LISTED = [model for model in COMPANY.models.values() if any(since.year == 1970 for since, _ in model.prices)]


def test_it_has_ten_teams_twenty_four_workflows_and_five_providers() -> None:
    assert (len(COMPANY.teams), len(COMPANY.workflows), len(COMPANY.providers)) == (10, 24, 5)


def test_every_team_does_something_and_every_model_is_called_by_somebody() -> None:
    called = {workflow.model.provider.name for workflow in COMPANY.workflows}
    assert ({workflow.team for workflow in COMPANY.workflows}, called) == (set(COMPANY.teams), set(COMPANY.providers))


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.name)
def test_a_list_price_is_the_pinned_price_list_s(model: object) -> None:
    ours = {name: price * 1_000_000 for name, price in model.price(NOW).items() if name != "reasoning"}
    theirs = {
        name: list_price(model.provider.name, model.billed_as, "output" if name == "output_text" else name)
        for name in ours
    }
    assert ours == {name: price if price is not None else Decimal(0) for name, price in theirs.items()}


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.name)
def test_no_list_price_has_changed_since_half_a_year_before_the_history_ends(model: object) -> None:
    seller = next(p for p in get_snapshot().providers if p.id == SELLER.get(model.provider.name, model.provider.name))
    prices = seller.find_model(model.billed_as).prices
    starts = [price.constraint.start_date for price in prices[1:]] if isinstance(prices, list) else []
    assert [start for start in starts if start > (NOW - dt.timedelta(days=180)).date()] == []


def test_nobody_lists_the_fine_tune() -> None:
    model = COMPANY.models["tidewater-router-8b"]
    assert (model.price(NOW), list_price(model.provider.name, model.billed_as, "output")) == (None, None)


def test_the_contract_has_two_steps_and_the_later_one_is_a_fifth_cheaper() -> None:
    lines = {(line.valid_from, line.token_class): line.usd_per_million for line in override_price_lines(NOW)}
    first, second = sorted({since for since, _ in lines})
    classes = {name for _, name in lines}
    assert {lines[second, name] / lines[first, name] for name in classes} == {Decimal("0.8")}


def test_a_demo_home_s_settings_are_settings() -> None:
    settings = Settings(**tomllib.loads(settings_toml(NOW), parse_float=Decimal))
    budgets = {name: team.monthly_budget_usd for name, team in settings.teams.items()}
    told = {(price.model, price.token_class, price.valid_from): price.usd_per_million for price in settings.prices}
    ours = {(line.model, line.token_class, line.valid_from): line.usd_per_million for line in COMPANY.own_prices}
    assert (budgets, told) == ({team.name: team.monthly_budget_usd for team in COMPANY.teams.values()}, ours)
