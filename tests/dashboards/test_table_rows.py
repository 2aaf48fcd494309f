"""The rows of the pages' tables: joined by owner, summing to the total, unknown where nobody knows."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from dashboards.budgets import a_day, budget
from dashboards.model_rows import model_rows
from dashboards.named_rows import with_names
from dashboards.periods import month_of
from dashboards.screen import decimals, money
from dashboards.team_rows import team_rows
from dashboards.unpriced import price_to_add, unpriced_list

MONEY = pl.Decimal(38, 12)
COLUMNS = {
    "team": pl.String, "workflow": pl.String, "provider": pl.String, "model": pl.String, "calls": pl.Int64,
    "unpriced_calls": pl.Int64, "incomplete_calls": pl.Int64, "input_tokens": pl.Int64, "cache_read_tokens": pl.Int64,
    "output_tokens": pl.Int64, "cost_usd": MONEY, "cache_saved_usd": MONEY,
}  # fmt: skip


def cells(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = {
        "calls": 1,
        "unpriced_calls": 0,
        "incomplete_calls": 0,
        "input_tokens": 900,
        "cache_read_tokens": 90,
        "output_tokens": 100,
    }
    told = [usual | {"cost_usd": Decimal(0), "cache_saved_usd": Decimal(0)} | row for row in rows]
    return pl.DataFrame(told, schema=COLUMNS) if told else pl.DataFrame(schema=COLUMNS)


def teams(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(team, centre, budgeted and Decimal(budgeted)) for team, centre, budgeted in rows],
        schema={"team": pl.String, "cost_centre": pl.String, "monthly_budget_usd": pl.Decimal(18, 2)},
        orient="row",
    )


def test_a_team_stands_beside_its_past_and_its_budget() -> None:
    now, before = cells({"team": "a", "cost_usd": Decimal(12)}), cells({"team": "a", "cost_usd": Decimal(10)})
    row = team_rows(now, now, before, teams(("a", "CC-1", "24")), now).row(0, named=True)
    assert (row["cost_centre"], row["change"], row["used"], row["share"]) == ("CC-1", pytest.approx(20), 0.5, 1.0)


def test_unattributed_is_a_row_so_that_the_rows_sum_to_the_total() -> None:
    now = cells({"team": "a", "cost_usd": Decimal(2)}, {"team": None, "cost_usd": Decimal(5)})
    rows = team_rows(now, now, None, teams(("a", None, None)), now)
    assert (rows["team"].to_list(), rows["cost_usd"].sum()) == (["a", None], Decimal(7))


def test_a_team_with_a_budget_and_no_spend_is_there_and_one_with_neither_is_not() -> None:
    rows = team_rows(cells(), cells(), None, teams(("a", None, "10"), ("b", None, None)), cells())
    assert rows.select("team", "cost_usd", "used").rows() == [("a", Decimal(0), 0.0)]


def test_a_team_of_which_no_call_is_priced_has_an_unknown_cost_not_zero() -> None:
    now = cells({"team": "a", "calls": 4, "unpriced_calls": 3, "incomplete_calls": 1})
    row = team_rows(now, now, None, teams(), now).row(0, named=True)
    assert (row["cost_usd"], row["share"], row["coverage"]) == (None, None, 0.0)


def test_a_model_nobody_priced_has_no_cost_and_no_price_per_token() -> None:
    now = cells({"model": "m", "unpriced_calls": 1}, {"model": "gpt-5", "cost_usd": Decimal(2)})
    rows = model_rows(now, now, None).select("model", "cost_usd", "usd_per_million").rows()
    assert rows == [("gpt-5", Decimal(2), Decimal(2000)), ("m", None, None)]


def test_a_model_that_nobody_used_before_has_no_change() -> None:
    now = cells({"model": "gpt-5", "cost_usd": Decimal(2)})
    assert model_rows(now, now, cells())["change"].to_list() == [None]


def test_teams_without_a_budget_use_up_nobody_else_s() -> None:
    spent = pl.DataFrame(
        {"team": ["a", "b"], "cost_usd": [Decimal(5), Decimal(90)]}, schema_overrides={"cost_usd": MONEY}
    )
    known = budget(teams(("a", None, "10"), ("b", None, None)), spent)
    assert known is not None
    assert (known.teams, known.used) == (1, Decimal("0.5"))


def test_no_budget_is_none_not_nothing() -> None:
    assert budget(teams(("a", None, None)), pl.DataFrame(schema={"team": pl.String, "cost_usd": MONEY})) is None


def test_a_day_s_share_of_a_budget_is_that_of_its_month() -> None:
    known = budget(teams(("a", None, "30")), pl.DataFrame(schema={"team": pl.String, "cost_usd": MONEY}))
    assert known is not None
    assert a_day(known, month_of(date(2026, 11, 4))) == ("Budget", Decimal(1))


@pytest.mark.parametrize(
    ("amounts", "digits"),
    [(["12.5", "1000"], 2), (["12.5", "0.0004"], 4), (["0", "0"], 2), ([], 2), (["-0.007"], 2), (["1e-12"], 12)],
)
def test_a_column_of_money_shows_its_smallest_amount(amounts: list[str], digits: int) -> None:
    assert decimals(pl.Series([Decimal(amount) for amount in amounts], dtype=MONEY)) == digits


def test_what_nobody_named_has_words_for_that() -> None:
    rows = pl.DataFrame({"team": ["a", None], "workflow": [None, "chat"]})
    assert with_names(rows)["name"].to_list() == ["a / no workflow", "Unattributed / chat"]


def test_a_price_to_add_is_toml_whatever_the_model_is_called() -> None:
    told = tomllib.loads(price_to_add({"provider": None, "model": 'odd "name" \\ here'}, date(2026, 11, 20)))
    assert told["prices"][0]["model"] == 'odd "name" \\ here'


def test_of_many_unpriced_models_the_busiest_are_spelled_out() -> None:
    rows = [(f"m{number}", "p", 10 - number, 1000, 100, datetime(2026, 11, 1)) for number in range(7)]
    names = ["model", "provider", "calls", "input_tokens", "output_tokens", "first_at"]
    lines = unpriced_list(pl.DataFrame(rows, schema=names, orient="row")).replace("\\", "").splitlines()
    assert (lines[0], lines[-1]) == ("- **m0** at p: 10 calls since 1 Nov, 1k tokens in and 100 out", "- and 2 more")


@pytest.mark.parametrize(("least", "shown"), [("4.1", ("Change", "$%,.2f")), ("-4.1", ("Change, $", "%,.2f"))])
def test_no_dollar_sign_stands_before_a_minus(least: str, shown: tuple[str, str]) -> None:
    column = money("Change", pl.Series([None, Decimal(least), Decimal(7)]))
    assert (column["label"], column["type_config"]["format"]) == shown
