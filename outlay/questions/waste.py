"""The questions about waste: what each rule found, and the calls behind one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from outlay.books import Books
from outlay.when import instant
from warehouse import Question, exact_text, json_value, waste, waste_rule, waste_rules, wasted_calls

Params = Mapping[str, Any]


def _waste(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    found = waste(books.warehouse, _asked(books, params, now))
    spent = found.spent.row(0, named=True)
    counted = sum(found.lines["counted_usd"], Decimal(0))
    return {
        "waste_usd": exact_text(counted),
        "spent_usd": exact_text(spent["cost_usd"]),
        "rules": [
            {
                "rule": rule.name,
                "title": rule.title,
                "looks_for": rule.rule,
                "mends": rule.mends,
                "estimate": rule.estimate,
                "lines": _rows(found.lines.filter(pl.col("rule") == rule.name).drop("rule")),
            }
            for rule in waste_rules()
        ],
    }


def _wasted_calls(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    rule = waste_rule(params["rule"])
    rows = _rows(wasted_calls(books.warehouse, rule.name, _asked(books, params, now)))
    return {"rule": rule.name, "title": rule.title, "looks_for": rule.rule, "mends": rule.mends, "calls": rows}


def _asked(books: Books, params: Params, now: datetime) -> Question:
    zone, team = books.settings.zone, params.get("team")
    since, until = (instant(text, zone) if (text := params.get(bound)) else None for bound in ("since", "until"))
    return Question(since, until, (team,) if team else None, now)


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: json_value(value) for name, value in row.items()} for row in frame.to_dicts()]


WASTE_QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {
    "waste": _waste,
    "wasted_calls": _wasted_calls,
}
