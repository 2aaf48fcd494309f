"""Emitters in words and rows: names as names, commands as code, shares of calls."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from dashboards.emitter_rows import TABLE, advice_list, at_risk, emitter_table, headline, of_service, services
from warehouse import Advice, Emitter


def emitter(advice: tuple[Advice, ...] = (), **facts: Any) -> Emitter:
    told = {name: 0 if kind.is_numeric() else None for name, kind in TABLE.items()}
    told |= {"service": "bot", "scope": "lib", "version": "1", "complete_calls": 0, "cost_usd": Decimal(0)}
    return Emitter(told | facts, Decimal(0), False, advice)


def said(sentence: str) -> str:
    return advice_list(emitter((Advice("x", 1234, "calls", sentence),)))


def test_a_command_is_drawn_as_code_and_the_rest_as_text() -> None:
    assert said("Say `a=$b_c` to $it.") == "- Say `a=$b_c` to \\$it\\. :gray[(1,234 calls)]"


@pytest.mark.parametrize("sentence", ["a ` b", "`", "``", "a `  ` b"])
def test_a_stray_backtick_opens_nothing(sentence: str) -> None:
    assert said(sentence).replace("\\`", "").count("`") == 0


def test_a_line_break_does_not_leave_the_list() -> None:
    assert "\n" not in said("a\n# b `c\n# d`")


@pytest.mark.parametrize(
    ("amount", "estimate", "words"),
    [(None, True, "cost unknown"), ("0", False, ""), ("2.5", False, "$2.50 at risk"), ("2.5", True, "~$2.50 at risk")],
)
def test_what_is_at_risk_says_whether_it_is_an_estimate(amount: str | None, estimate: bool, words: str) -> None:
    told = replace(emitter(), at_risk_usd=None if amount is None else Decimal(amount), is_estimate=estimate)
    assert at_risk(told) == words


def test_what_nobody_named_has_a_name_to_be_found_by() -> None:
    nameless, bot = emitter(service=None, scope="", version=""), emitter()
    assert (services([nameless, bot]), of_service([nameless, bot], "unnamed service"), headline(nameless)) == (
        ["bot", "unnamed service"],
        [nameless],
        "**unnamed service** · unnamed instrumentation",
    )


def test_the_share_with_usage_is_of_calls_and_unknown_without_any() -> None:
    table = emitter_table([emitter(calls=4, complete_calls=3), emitter()])
    assert (table["with_usage"].to_list(), table.schema) == ([0.75, None], pl.Schema(TABLE))
