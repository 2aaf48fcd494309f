"""Prices from the command line: looked up, set, compared, taken in, applied to an open month, and explained."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from typing_commands import Shell

SAID_OF_JANUARY = (
    "2026-01 is closed, and what is closed is not priced again",
    "would rewrite 2026-01, which is closed",
)
MONTH = "2026-11"  # of the one call


def test_the_list_is_a_row_a_model_and_lines_for_programs(supported: Shell) -> None:
    shown = supported.type("prices", "list", "--provider", "openai", "--model", "gpt-4o-mini").out
    (line,) = [
        line
        for line in supported.type("prices", "list", "--provider", "openai", "--model", "gpt-4o-mini", "--json").json[
            "lines"
        ]
        if (line["model"], line["token_class"], line["service_tier"]) == ("gpt-4o-mini", "cache_read", "standard")
    ]
    assert ("gpt-4o-mini" in shown, line["usd_per_million"]) == (True, "0.075")


def test_a_model_is_shown_with_every_price_it_had(supported: Shell) -> None:
    shown = supported.type("prices", "show", "openai/o3-2025-04-16").out
    assert ("is sold as openai/o3 (dated)" in shown, "2025-06-10" in shown) == (True, True)


def test_a_set_price_says_that_charges_stay_and_a_repricing_changes_them(supported: Shell) -> None:
    options = ("--input", "30", "--output", "60", "--valid-from", f"{MONTH}-01", "--reason", "the list is wrong")
    said = supported.type("prices", "set", "openai/gpt-4o-mini", *options).out
    before = supported.type("usage", "--json").json["total"]["cost_usd"]
    shown = supported.type("prices", "reprice", "--month", MONTH).out
    done = supported.type("prices", "reprice", "--month", MONTH, "--apply", "--json").json
    after = supported.type("usage", "--json").json["total"]["cost_usd"]
    assert ("1 calls since then keep the cost they have" in said, "Nothing was changed" in shown) == (True, True)
    assert (done["applied"], Decimal(done["before_usd"]), Decimal(done["after_usd"])) == (
        True, Decimal(before), Decimal(after)
    )  # fmt: skip


def test_the_books_agree_after_a_repricing(supported: Shell) -> None:
    options = ("--input", "30", "--valid-from", f"{MONTH}-01", "--reason", "the list is wrong")
    supported.type("prices", "set", "openai/gpt-4o-mini", *options)
    supported.type("prices", "reprice", "--month", MONTH, "--apply")
    assert supported.type("verify").code == 0


def test_a_file_is_compared_then_taken_in(supported: Shell, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("provider,model,token_class,usd_per_million\nopenai,gpt-4o-mini,input_uncached,0.2\n")
    shown = supported.type("prices", "diff", str(file), "--valid-from", "2027-01-01").out
    supported.type("prices", "import", str(file), "--valid-from", "2027-01-01")
    again = supported.type("prices", "diff", str(file), "--valid-from", "2027-01-01").out
    assert ("changed  openai" in shown, "new.csv changes nothing." in again) == (True, True)


def test_what_the_list_writes_as_json_can_be_taken_in(supported: Shell, tmp_path: Path) -> None:
    file = tmp_path / "book.json"
    file.write_text(json.dumps(supported.type("prices", "list", "--provider", "openai", "--json").json))
    assert supported.type("prices", "diff", str(file), "--json").json["changes"] == []


def test_the_packaged_list_is_what_a_new_home_has(supported: Shell) -> None:
    assert "changes nothing." in supported.type("prices", "diff").out


def test_a_call_is_explained_in_words_and_as_json(supported: Shell) -> None:
    (call,) = supported.type("calls", "--json").json
    words = supported.type("calls", "--explain", call["span_id"]).out
    (told,) = supported.type("calls", "--explain", call["span_id"], "--json").json
    assert ("is sold as openai/gpt-4o-mini" in words, Decimal(told["cost_usd"])) == (True, Decimal(call["cost_usd"]))


def test_a_contract_in_percent_and_a_deployments_name_stand_in_the_settings(supported: Shell) -> None:
    with (supported.home / "outlay.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[[discounts]]\nprovider = "openai"\nmodel = "gpt-4o*"\npercent = 50\nvalid_from = {MONTH}-01\n')
        file.write('\n[[models]]\nprovider = "azure"\nmodel = "prod-*"\nsold_as = "azure/*"\n')
    before = supported.type("usage", "--json").json["total"]["cost_usd"]
    done = supported.type("prices", "reprice", "--month", MONTH, "--json").json
    named = supported.type("prices", "show", "azure/prod-gpt-4o", "--json").json["name"]
    assert (Decimal(done["after_usd"]) * 2 == Decimal(before), named["matched_by"], named["price_model"]) == (
        True, "mapped", "gpt-4o"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["prices", "set", "gpt-4o", "--input", "1", "--reason", "r"], "'gpt-4o' is not a name; write provider/model"),
        (["prices", "set", "openai/gpt-4o", "--reason", "r"], "no price of openai/gpt-4o is told; say at least one"),
        (["prices", "set", "openai/gpt-4o", "--input", "cheap", "--reason", "r"], "'cheap' is no price"),
        (["prices", "set", "openai/gpt-4o", "--input", "-1", "--reason", "r"], "a price of -1 USD per million"),
        (
            ["prices", "set", "openai/gpt-4o", "--input", "1", "--reason", "r", "--valid-from", "soon"],
            "'soon' is no date",
        ),
        (["prices", "diff", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["prices", "reprice", "--month", "soon"], "'soon' is not a month"),
        (["calls", "--explain", "ffffffffffffffff"], "ffffffffffffffff is no span here"),
    ],
)
def test_a_mistake_is_a_sentence(supported: Shell, words: list[str], sentence: str) -> None:
    shown = supported.type(*words)
    assert (shown.code, sentence in shown.err, shown.err.count("\n")) == (1, True, 1)


def test_a_closed_month_is_not_priced_again_nor_given_a_new_price(supported: Shell) -> None:
    supported.type("close", "2026-01")
    told = ("prices", "set", "openai/gpt-4o", "--input", "1", "--reason", "r", "--valid-from", "2026-01-15")
    refusals = [supported.type("prices", "reprice", "--month", "2026-01").err, supported.type(*told).err]
    assert [sentence in refusal for sentence, refusal in zip(SAID_OF_JANUARY, refusals, strict=True)] == [True, True]
