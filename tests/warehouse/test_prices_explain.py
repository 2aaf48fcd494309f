"""Every charge answers for itself: quantity × price line, its dates, its source, and the spans behind it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from spans import INSTRUMENTOR, SDK, Told, inside, span, span_id

from outlay.commands.explained import text
from warehouse import Discount, NoSuchCall, explain, set_discounts

NOW = dt.datetime(2026, 11, 5, tzinfo=dt.UTC)


def begin(company: Told) -> None:
    company.tell(
        span(1, lasts=10, role="agent", dialect_rank=2, scope_name="framework", input_uncached=1993, output_text=60),
        span(2, at=1, lasts=2, **inside(1), **INSTRUMENTOR, input_uncached=101, cache_read=1024, output_text=41),
        span(3, at=1.1, **inside(2), **SDK, input_uncached=101, cache_read=1024, cache_write_1h=256, output_text=41,
             cache_decided_by="told apart"),
        span(5, at=99, **SDK, service_tier="priority", input_uncached=10, output_text=1),
        span(6, at=199, **SDK, input_uncached=300_000, output_text=1),
    )  # fmt: skip


def told() -> Told:
    return Told.after(begin)


def test_the_lines_sum_to_the_cost_and_each_has_its_price_line() -> None:
    (call,) = explain(told().warehouse, span_id(3))
    by_hand = [Decimal(line["quantity"]) * Decimal(line["usd_per_million"]) / 1_000_000 for line in call["lines"]]
    assert (sum(by_hand), {line["layer"] for line in call["lines"]}, {line["source"] for line in call["lines"]}) == (
        Decimal(call["cost_usd"]),
        {"list"},
        {"genai-prices 0.2.3: anthropic/claude-sonnet-4-5"},
    )


def test_a_folded_span_explains_the_call_that_stands_for_it() -> None:
    (call,) = explain(told().warehouse, span_id(1))
    assert (call["span_id"], call["asked_of_a_folded_span"], [fold["because"] for fold in call["folded"]]) == (
        span_id(3), True, ["repeats its children", "wraps it"]
    )  # fmt: skip


def test_the_name_the_tier_and_the_cache_say_how_they_were_understood() -> None:
    (call,) = explain(told().warehouse, span_id(3))
    assert (call["name"]["matched_by"], call["tier"]["billed_as"], call["read_from"]["cache_decided_by"]) == (
        "dated", "standard", "told apart"
    )  # fmt: skip


def test_a_call_without_a_price_says_why() -> None:
    (call,) = explain(told().warehouse, span_id(5))
    assert (call["cost_usd"], call["tier"], "no priority price" in call["unpriced_because"]) == (
        None, {"told": "priority", "billed_as": "priority", "at_the_standard_price": []}, True
    )  # fmt: skip


def test_a_threshold_shows() -> None:
    (call,) = explain(told().warehouse, span_id(6))
    assert {line["min_input_tokens"] for line in call["lines"]} == {200_001}


def test_another_teams_call_is_no_call() -> None:
    with pytest.raises(NoSuchCall, match="tells of no call"):
        explain(told().warehouse, span_id(3), teams=["search"])


def test_an_id_nobody_sent_is_named() -> None:
    with pytest.raises(NoSuchCall, match="is no span here; `outlay calls --json` lists every call"):
        explain(told().warehouse, "ffffffffffffffff")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (3, "It costs $0.0027612, the sum of these."),
        (3, "is sold as anthropic/claude-sonnet-4-5, known by its name with a date or a version; anthropic bills."),
        (3, "Whether its input includes the cache: told apart."),
        (1, "That span was folded into this call, which another span tells better:"),
        (1, f"span {span_id(1)} (framework, agent): repeats its children"),
        (5, "It has no cost: no priority price for claude-sonnet-4-5-20250929 at anthropic on 2026-10-03"),
        (5, "Service tier: told 'priority', billed as priority."),
        (6, "from 200,001 input tokens on, always to further notice; genai-prices 0.2.3: anthropic/claude-sonnet-4-5"),
        (6, "No other span told of it."),
    ],
)
def test_in_words_it_says_the_same(number: int, sentence: str) -> None:
    assert sentence in text(explain(told().warehouse, span_id(number))[0])


def test_a_discount_names_itself_and_the_list_price_under_it() -> None:
    company = Told()
    set_discounts(company.warehouse, [Discount("anthropic", "claude-*", Decimal(20), dt.datetime(2026, 10, 1))], NOW)
    company.tell(span(1, **SDK, input_uncached=10))
    page = text(explain(company.warehouse, span_id(1))[0])
    assert "discount, standard, 2026-10-01 to further notice; 20 % off since 2026-10-01, on genai-prices" in page
