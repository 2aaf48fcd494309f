"""The questions about prices: what holds, what a new list would change, and an open month priced again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from outlay.books import Books
from outlay.when import instant
from warehouse import (
    BOOK_VERSION,
    IMPACT_DAYS,
    Change,
    Month,
    OwnPrice,
    PriceLine,
    PriceRefused,
    amend,
    calls_priced_by,
    compare,
    explain,
    json_value,
    list_lines,
    prices_of,
    prices_on,
    read_snapshot,
    reprice,
    set_own_prices,
)

Params = Mapping[str, Any]
# A diff is read by people; what is cut off is said.
MOST_CHANGES = 2_000


def _list(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    on = instant(text, books.settings.zone) if (text := params.get("on")) else now
    found = prices_on(books.warehouse, on, provider=params.get("provider"), model=params.get("model"))
    return {"on": on.isoformat(), "lines": _rows(found)}


def _show(books: Books, params: Params, _now: datetime) -> dict[str, Any]:
    provider, model = _name(params)
    name, found = prices_of(books.warehouse, provider, model)
    return {"provider": provider, "model": model, "name": name._asdict(), "lines": _rows(found)}


def _set(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    provider, model = _name(params)
    since = _since(params, now)
    prices = [
        OwnPrice(
            layer=params["layer"],
            provider=provider,
            model=model,
            token_class=token_class,
            valid_from=since,
            usd_per_million=_usd(usd),
            service_tier=params["tier"],
            min_input_tokens=params["min_input_tokens"],
            reason=f"{params['reason']} (set by {params['by']} on {now:%Y-%m-%d})",
        )
        for token_class, usd in params["prices"].items()
    ]
    lines = set_own_prices(books.warehouse, prices, now, version="set by hand", correct=True)
    calls = calls_priced_by(books.warehouse, provider, model, since)
    return {"provider": provider, "model": model, "valid_from": since.isoformat(), "lines": lines, "calls": calls}


def _diff(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    lines, version = _snapshot(params)
    since = _since(params, now)
    complete = params.get("text") is None
    found = compare(books.warehouse, lines, at=since, now=now, version=version, complete=complete)
    changes = [_change(change) for change in found.diff.changes]
    return {
        "version": version,
        "valid_from": since.isoformat(),
        "changes": changes[:MOST_CHANGES],
        "left_out": max(0, len(changes) - MOST_CHANGES),
        **_counts(found.diff.changes),
        "same": found.diff.same,
        "models_not_named": found.diff.unnamed,
        "impact_days": IMPACT_DAYS,
        "impact": _rows(found.impact),
    }


def _import(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    lines, version = _snapshot(params)
    since = _since(params, now)
    taken = f"{version}, taken in by {params['by']}"
    done = amend(books.warehouse, lines, at=since, now=now, version=taken, complete=params.get("text") is None)
    return {"version": version, "valid_from": since.isoformat(), **_counts(done.changes), "same": done.same}


def _reprice(books: Books, params: Params, now: datetime) -> dict[str, Any]:
    # A refresh in between would price calls that the answer does not count.
    with books.loading.turn:
        found = reprice(
            books.warehouse,
            Month.parse(params["month"]),
            zone=books.settings.zone,
            by=params["by"],
            now=now,
            apply=params["apply"],
        )
        if found.applied:
            books.loading.changed_at = now
    facts = asdict(found) | {"month": str(found.month), "rows": _rows(found.rows)}
    return {key: list(value) if isinstance(value, tuple) else json_value(value) for key, value in facts.items()}


def _explain(books: Books, params: Params, _now: datetime) -> dict[str, Any]:
    team = params.get("team")
    found = explain(books.warehouse, params["span_id"], trace_id=params.get("trace_id"), teams=[team] if team else None)
    return {"calls": found}


def _name(params: Params) -> tuple[str, str]:
    provider, slash, model = params["name"].partition("/")
    if not (provider and slash and model):
        raise PriceRefused(f"{params['name']!r} is not a name; write provider/model, such as openai/gpt-4o-mini")
    return provider, model


def _since(params: Params, now: datetime) -> datetime:
    """When new prices begin: midnight in UTC of the day told, else of today; an instant is taken as it is."""
    if text := params.get("valid_from"):
        return instant(text, ZoneInfo("UTC"))
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def _usd(text: str) -> Decimal:
    try:
        usd = Decimal(text)
    except InvalidOperation:
        raise PriceRefused(f"{text!r} is no price; write US dollars per million tokens, such as 2.50") from None
    if not usd.is_finite() or abs(usd) >= 1_000_000:
        raise PriceRefused(f"{text!r} is no price; write US dollars per million tokens, such as 2.50")
    return usd


def _snapshot(params: Params) -> tuple[list[PriceLine], str]:
    if params.get("text") is None:
        return list(list_lines()), BOOK_VERSION
    return read_snapshot(params["text"], params["file"]), params["file"]


def _change(change: Change) -> dict[str, Any]:
    line = change.of
    facts = ("provider", "model", "token_class", "service_tier", "min_input_tokens", "from_minute", "until_minute")
    return {
        "kind": change.kind,
        **{fact: getattr(line, fact) for fact in facts},
        "before": [_step(each) for each in change.before],
        "after": [_step(each) for each in change.lines],
    }


def _step(line: PriceLine) -> dict[str, Any]:
    return {"valid_from": json_value(line.valid_from), "usd_per_million": json_value(line.usd_per_million)}


def _counts(changes: tuple[Change, ...]) -> dict[str, int]:
    kinds = [change.kind for change in changes]
    return {kind: kinds.count(kind) for kind in ("added", "changed", "removed")}


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [{name: json_value(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


PRICE_QUESTIONS: dict[str, Callable[[Books, Params, datetime], dict[str, Any]]] = {
    "prices_list": _list,
    "prices_show": _show,
    "prices_set": _set,
    "prices_diff": _diff,
    "prices_import": _import,
    "prices_reprice": _reprice,
    "explain": _explain,
}
