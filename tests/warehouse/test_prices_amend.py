"""A newer list is a diff: shown with what it would cost, then taken in as dated lines that rewrite nothing."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from spans import Told, span

from warehouse import (
    Discount,
    Month,
    PriceRefused,
    Warehouse,
    amend,
    close_month,
    compare,
    list_lines,
    prices_of,
    prices_on,
    read_snapshot,
    reprice,
    seed_prices,
    set_discounts,
)

NOW = dt.datetime(2026, 11, 5, 12, tzinfo=dt.UTC)
TODAY = dt.datetime(2026, 11, 5, tzinfo=dt.UTC)
HEADER = "provider,model,token_class,usd_per_million"
DEARER = f"{HEADER}\nopenai,gpt-4o-mini,input_uncached,0.30\nopenai,gpt-4o-mini,cache_read,0.075\n"
MILLION = 1_000_000
INSTANTS = ("started_at", "ended_at", "received_at")


def begin(company: Told) -> None:
    company.tell(
        span(1, team="support", input_uncached=MILLION, output_text=0)
        | dict.fromkeys(INSTANTS, dt.datetime(2026, 11, 2)),
        span(2, team="search", provider="anthropic", response_model="claude-sonnet-4-5", input_uncached=MILLION)
        | dict.fromkeys(INSTANTS, dt.datetime(2026, 11, 3)),
    )  # fmt: skip


def told() -> Told:
    return Told.after(begin)


def call_at(company: Told, number: int, at: dt.datetime) -> Decimal | None:
    company.tell(span(number, trace_id=f"{number:032x}", input_uncached=MILLION) | dict.fromkeys(INSTANTS, at))
    rows = company.warehouse.query("SELECT cost_usd FROM calls WHERE trace_id = $id", {"id": f"{number:032x}"})
    cost: Decimal | None = rows.item()
    return cost


def test_the_packages_own_list_changes_nothing() -> None:
    found = compare(told().warehouse, list_lines(), at=TODAY, now=NOW, version="the same", complete=True)
    assert (found.diff.changes, found.diff.unnamed, found.impact.height) == ((), 0, 0)


def kinds(text: str, *, complete: bool = False) -> list[tuple[str, str, int, str]]:
    found = compare(told().warehouse, read_snapshot(text, "n.csv"), at=TODAY, now=NOW, version="n", complete=complete)
    return [
        (change.of.model, change.of.token_class, change.of.min_input_tokens, change.kind)
        for change in found.diff.changes
        if change.of.service_tier == "standard"
    ]


def test_a_diff_tells_each_price_added_and_changed_with_the_classes_that_follow_it() -> None:
    followers = ("cache_write_5m", "cache_write_1h", "cache_write_other", "audio_in")
    assert kinds(f"{DEARER}openai,gpt-9,input_uncached,2\n") == [
        *(("gpt-4o-mini", each, 0, "changed") for each in ("input_uncached", *followers)),
        ("gpt-9", "input_uncached", 0, "added"),
    ]


def test_a_price_for_every_size_removes_a_threshold() -> None:
    text = f"{HEADER}\nanthropic,claude-sonnet-4-5,cache_read,0.3\n"
    assert kinds(text) == [("claude-sonnet-4-5", "cache_read", 200_001, "removed")]


def test_a_complete_list_removes_what_it_no_longer_tells_of_a_model() -> None:
    removed = [token_class for *_, token_class, _, kind in kinds(DEARER, complete=True) if kind == "removed"]
    assert removed == ["output_text", "reasoning", "audio_out"]


def test_the_impact_is_what_the_last_thirty_days_would_have_cost_by_team() -> None:
    lines = read_snapshot(
        f"{HEADER}\nopenai,gpt-4o-mini,input_uncached,0.30\nopenai,gpt-4o-mini,output_text,0.6\n", "new.csv"
    )
    found = compare(told().warehouse, lines, at=TODAY, now=NOW, version="new")
    assert found.impact.select("team", "calls", "before_usd", "after_usd").rows() == [
        ("support", 1, Decimal("0.15"), Decimal("0.30"))
    ]


def test_comparing_keeps_nothing() -> None:
    company = told()
    before = company.warehouse.query("SELECT * FROM price_lines ORDER BY line_no")
    compare(company.warehouse, read_snapshot(DEARER, "new.csv"), at=TODAY, now=NOW, version="new")
    assert company.warehouse.query("SELECT * FROM price_lines ORDER BY line_no").equals(before)


def test_what_is_taken_in_holds_from_its_day_on_and_what_was_charged_stays() -> None:
    company = told()
    before = company.ledger()
    amend(company.warehouse, read_snapshot(DEARER, "new.csv"), at=TODAY, now=NOW, version="new")
    costs = [call_at(company, 7, dt.datetime(2026, 11, 4, 23, 59)), call_at(company, 8, dt.datetime(2026, 11, 5))]
    assert (costs, company.ledger()[0][: len(before[0])]) == ([Decimal("0.15"), Decimal("0.30")], before[0])


def test_taken_in_twice_it_changes_nothing_the_second_time() -> None:
    company, lines = told(), read_snapshot(DEARER, "new.csv")
    amend(company.warehouse, lines, at=TODAY, now=NOW, version="new")
    assert amend(company.warehouse, lines, at=TODAY, now=NOW, version="new").changes == ()


def test_a_model_that_only_the_new_list_has_gets_a_cost() -> None:
    company = told()
    amend(
        company.warehouse,
        read_snapshot(f"{HEADER}\nopenai,gpt-9,input_uncached,2\n", "n.csv"),
        at=TODAY,
        now=NOW,
        version="n",
    )
    company.tell(
        span(9, response_model="gpt-9", input_uncached=MILLION) | dict.fromkeys(INSTANTS, dt.datetime(2026, 11, 6))
    )
    assert company.warehouse.query("SELECT cost_usd FROM calls WHERE model = 'gpt-9'").item() == 2


def test_a_price_announced_for_a_later_day_holds_then() -> None:
    company = told()
    text = json.dumps({"lines": [
        {"provider": "openai", "model": "gpt-4o-mini", "token_class": "input_uncached", "usd_per_million": "0.2",
         "valid_to": "2026-12-01"},
        {"provider": "openai", "model": "gpt-4o-mini", "token_class": "input_uncached", "usd_per_million": 0.3,
         "valid_from": "2026-12-01"},
    ]})  # fmt: skip
    amend(company.warehouse, read_snapshot(text, "new.json"), at=TODAY, now=NOW, version="new")
    days = [dt.datetime(2026, 11, 4), dt.datetime(2026, 11, 30), dt.datetime(2026, 12, 1)]
    assert [call_at(company, 10 + n, day) for n, day in enumerate(days)] == [
        Decimal("0.15"), Decimal("0.2"), Decimal("0.3"),
    ]  # fmt: skip


def test_a_month_of_which_the_diff_is_known_is_priced_again_by_its_lines() -> None:
    company = told()
    november = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    lines = read_snapshot(
        f"{HEADER}\nopenai,gpt-4o-mini,input_uncached,0.30\nopenai,gpt-4o-mini,output_text,0.6\n", "n.csv"
    )
    amend(company.warehouse, lines, at=november, now=NOW, version="new list")
    found = reprice(company.warehouse, Month(2026, 11), zone=ZoneInfo("UTC"), by="Ada", now=NOW, apply=True)
    assert (found.after_usd - found.before_usd, "new list" in found.price_versions) == (Decimal("0.15"), True)


def test_discounts_follow_the_list() -> None:
    company = told()
    set_discounts(company.warehouse, [Discount("openai", "gpt-4o-mini", Decimal(50), dt.datetime(2026, 10, 1))], NOW)
    amend(company.warehouse, read_snapshot(DEARER, "new.csv"), at=TODAY, now=NOW, version="new")
    assert call_at(company, 8, dt.datetime(2026, 11, 6)) == Decimal("0.15")


def test_a_closed_month_is_not_rewritten_by_a_list_either() -> None:
    company = told()
    later = dt.datetime(2026, 12, 5, tzinfo=dt.UTC)
    close_month(company.warehouse, Month(2026, 11), zone=ZoneInfo("UTC"), by="Ada", now=later)
    with pytest.raises(PriceRefused, match="2026-11, which is closed; let it begin at 2026-12-01 00:00 UTC or later"):
        amend(company.warehouse, read_snapshot(DEARER, "new.csv"), at=TODAY, now=later, version="new")


def test_what_the_book_lists_reads_back_as_a_snapshot_that_changes_nothing() -> None:
    warehouse = Warehouse.in_memory()
    seed_prices(warehouse, NOW)
    rows = prices_on(warehouse, NOW, provider="anthropic").to_dicts()
    text = json.dumps({"lines": rows}, default=str)
    found = compare(warehouse, read_snapshot(text, "anthropic.json"), at=TODAY, now=NOW, version="again")
    assert found.diff.changes == ()


def test_one_model_is_shown_with_all_its_dates_and_how_its_name_is_understood() -> None:
    name, lines = prices_of(told().warehouse, "openai", "o3-2025-04-16")
    standard = lines.filter((lines["token_class"] == "output_text") & (lines["service_tier"] == "standard"))
    assert (name.price_model, standard["usd_per_million"].to_list()) == ("o3", [Decimal(40), Decimal(8)])


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        ("nonsense", "new.json", "new.json is not JSON"),
        ('{"prices": []}', "new.json", "neither a list of prices nor an object with such a list under 'lines'"),
        ("a,b\n1,2\n", "new.csv", "does not begin with a line of column names"),
        (f"{HEADER}\n", "new.csv", "new.csv has no prices"),
        (f"{HEADER}\nopenai,gpt-9,input_uncached,\n", "new.csv", "price 1: usd_per_million is missing"),
        (f"{HEADER}\nopenai,gpt-9,input_uncached,-1\n", "new.csv", "price 1: '-1' is no price"),
        (f"{HEADER}\nopenai,gpt-9,input_uncached,NaN\n", "new.csv", "price 1: 'NaN' is no price"),
        (f"{HEADER}\nopenai,gpt-9,prompt,1\n", "new.csv", "price 1: there is no token class 'prompt'"),
        (f"{HEADER},colour\nopenai,gpt-9,input_uncached,1,red\n", "new.csv", "there is no column 'colour'"),
        (f"{HEADER},valid_from\nopenai,gpt-9,input_uncached,1,soon\n", "new.csv", "valid_from = 'soon' is no date"),
        (f"{HEADER},min_input_tokens\nopenai,gpt-9,input_uncached,1,-5\n", "new.csv", "min_input_tokens = '-5' is no"),
        (
            f"{HEADER}\nopenai,gpt-9,input_uncached,1\nopenai,gpt-9,input_uncached,2\n",
            "new.csv",
            "two prices of openai",
        ),
    ],
)
def test_a_broken_list_is_refused_with_its_line_and_the_reason(text: str, name: str, sentence: str) -> None:
    with pytest.raises(PriceRefused, match=sentence):
        read_snapshot(text, name)


def test_prices_that_a_float_has_been_through_are_put_right() -> None:
    (line,) = read_snapshot(f"{HEADER}\nopenai,gpt-9,input_uncached,2.9999999999999996\n", "new.csv")
    assert line == replace(line, usd_per_token=Decimal("0.000003"))
