"""The question why a cost changed: two periods, the bridge between them, and what began in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from outlay.books import Books
from outlay.when import instant
from warehouse import (
    PART_TITLES,
    Bridge,
    Leaf,
    Mark,
    Period,
    Scope,
    bridge,
    exact_text,
    in_words,
    marks,
    phrase,
    stored,
    summed,
)

Params = Mapping[str, Any]
A_WEEK = timedelta(days=7)


def _why(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    before, after = _periods(books, params, now)
    team = params.get("team")
    scope = Scope((team,) if team else None, params.get("workflow"), model=params.get("model"))
    found = bridge(books.warehouse, before=before, after=after, scope=scope)
    return as_json(found, marks(books.warehouse, found, scope))


def as_json(found: Bridge, began: list[Mark]) -> dict[str, Any]:
    """A bridge as a program reads it; money is decimal text, and the parts sum to `difference_usd` in every digit."""
    return {
        "before": _side(found.before, found.before_usd, _calls(found, "before"), found.uncosted_before),
        "after": _side(found.after, found.after_usd, _calls(found, "after"), found.uncosted_after),
        "difference_usd": exact_text(found.difference_usd),
        "sentence": in_words(found),
        "parts": [
            {"part": part, "title": PART_TITLES[part], "cost_usd": exact_text(amount), "because": phrase(found, part)}
            for part, amount in found.parts.items()
        ],
        "workflows": [_workflow(leaves) for leaves in found.owners.values()],
        "began": [
            {"at": f"{mark.began_at.isoformat()}Z", "kind": mark.kind, "sentence": mark.sentence} for mark in began
        ],
    }


def _side(period: Period, cost: Decimal, calls: int, uncosted: int) -> dict[str, Any]:
    bounds = {name: f"{stored(getattr(period, name)).isoformat()}Z" for name in ("since", "until")}
    return bounds | {"cost_usd": exact_text(cost), "calls": calls, "uncosted_calls": uncosted}


def _calls(found: Bridge, side: str) -> int:
    return sum(int(getattr(leaf, side).calls) for leaf in found.leaves)


def _workflow(leaves: tuple[Leaf, ...]) -> dict[str, Any]:
    parts = summed(leaves)
    return {
        "team": leaves[0].team,
        "workflow": leaves[0].workflow,
        "difference_usd": exact_text(sum(parts.values(), Decimal(0))),
        "parts": {part: exact_text(amount) for part, amount in parts.items()},
    }


def _periods(books: Books, params: Params, now: datetime) -> tuple[Period, Period]:
    """The later period, the last seven days unless told; and the earlier, as long and just before it unless told."""
    told = {
        name: instant(text, books.settings.zone) if (text := params.get(name)) else None
        for name in ("since", "until", "before_since", "before_until")
    }
    until = told["until"] or now
    since = told["since"] or until - A_WEEK
    after = Period(since, until)
    before_until = told["before_until"] or since
    return Period(told["before_since"] or before_until - (until - since), before_until), after


CHANGE_QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {"why": _why}
