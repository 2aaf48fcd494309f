"""What `outlay usage` and `outlay calls` answer."""

import json

import pytest
from spans import SDK, Told, span

from warehouse import UnknownDimension, list_calls, usage


def test_input_includes_the_cache_and_output_the_reasoning() -> None:
    told = Told()
    told.tell(span(1, input_uncached=100, cache_read=20, output_text=7, reasoning=3))
    total = usage(told.warehouse)["total"]
    assert (total["input_tokens"], total["cache_read_tokens"], total["output_tokens"], total["reasoning_tokens"]) == (
        120,
        20,
        10,
        3,
    )


def test_a_class_nobody_reported_is_null_and_not_zero() -> None:
    told = Told()
    told.tell(span(1, input_uncached=100, output_text=7))
    total = usage(told.warehouse)["total"]
    assert (total["cache_read_tokens"], total["cache_write_tokens"], total["reasoning_tokens"]) == (None, None, None)


def test_money_is_decimal_text_and_everything_is_json() -> None:
    told = Told()
    told.tell(span(1, **SDK, input_uncached=1, output_text=1))
    assert json.loads(json.dumps(usage(told.warehouse, by=["model", "day"])))["rows"][0]["cost_usd"] == "0.000018000000"


def test_a_reader_of_one_team_sees_its_calls_only() -> None:
    told = Told()
    told.tell(
        span(1, team="search", input_uncached=1), span(2, team="support", input_uncached=1), span(3, input_uncached=1)
    )
    assert [row["team"] for row in usage(told.warehouse, by=["team"], teams=["search"])["rows"]] == ["search"]


def test_an_unknown_dimension_is_named_with_the_ones_there_are() -> None:
    with pytest.raises(UnknownDimension, match="not told by 'colour'; it is told by team, workflow"):
        usage(Told().warehouse, by=["colour"])


def test_a_call_shows_every_charge_with_its_price_line() -> None:
    told = Told()
    told.tell(span(1, **SDK, response_id="msg_1", input_uncached=10, output_text=2))
    charges = list_calls(told.warehouse)[0]["charges"]
    assert [(charge["token_class"], charge["quantity"], charge["usd_per_token"]) for charge in charges] == [
        ("input_uncached", 10, "0.000003000000"),
        ("output_text", 2, "0.000015000000"),
    ]
