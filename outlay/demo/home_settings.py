"""The demo home's `outlay.toml`: the company's name, its teams and their budgets, its gateway, its contract."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

from outlay.demo.company import Company, PriceLine
from outlay.demo.emitters import GATEWAY


def settings_toml(now: dt.datetime) -> str:
    """Whose it is, its teams and gateway, what it sells and its contract's prices; all else keeps its default."""
    return "\n".join(_lines(Company.read(now))) + "\n"


def override_price_lines(now: dt.datetime) -> tuple[PriceLine, ...]:
    """The prices that differ from the list: a contract in two steps, the later one 30 days before `now`."""
    return Company.read(now).own_prices


def _lines(company: Company) -> Iterator[str]:
    yield "# The demo company. Whatever is not set here keeps its default."
    yield "[company]"
    yield f"name = {json.dumps(company.name)}"
    yield f"time_zone = {json.dumps(company.time_zone)}"
    for team in company.teams.values():
        yield f"\n[teams.{json.dumps(team.name)}]"
        yield f"cost_centre = {json.dumps(team.cost_centre)}"
        yield f"monthly_budget_usd = {json.dumps(str(team.monthly_budget_usd))}"
    yield "\n[[emitters]]"
    yield f"scope = {json.dumps(GATEWAY.name)}"
    yield "\n[outcomes]"
    yield f"human_usd_per_hour = {company.usd_per_hour}"
    for workflow, price in company.servings.items():
        yield f"\n[workflows.{json.dumps(workflow)}]"
        yield f"price_usd = {json.dumps(str(price))}"
    for line in company.own_prices:
        yield "\n[[prices]]"
        yield f"layer = {json.dumps(line.layer)}"
        yield f"provider = {json.dumps(line.provider)}"
        yield f"model = {json.dumps(line.model)}"
        yield f"token_class = {json.dumps(line.token_class)}"
        yield f"valid_from = {line.valid_from.isoformat()}"
        yield f"usd_per_million = {json.dumps(str(line.usd_per_million))}"
