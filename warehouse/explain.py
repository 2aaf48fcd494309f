"""Explain one call: what was counted, by whose word, at which price, and which spans told of it."""

from __future__ import annotations

from typing import Any

from warehouse.cells import json_value
from warehouse.prices.names import SoldAs, sold_as
from warehouse.prices.naming import own_names, priced
from warehouse.prices.sellers import seller
from warehouse.prices.tiers import STANDARD, tier
from warehouse.prices.words import INPUT_CLASSES, TOKEN_CLASSES, WHOLE_DAY
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

# A span id is unique within its trace only.
MOST_CALLS = 20

# A call that a metric was summed to has an id and no span.
_FOUND = """
    SELECT coalesce(folds.dup_of, told.span_no) AS call_no
    FROM (
        SELECT span_no, trace_id, span_id, started_at FROM spans
        UNION
        SELECT span_no, trace_id, span_id, started_at FROM calls
    ) AS told
    LEFT JOIN folds ON folds.span_no = told.span_no
    WHERE told.span_id = lower($span_id) AND ($trace_id::VARCHAR IS NULL OR told.trace_id = lower($trace_id))
    ORDER BY told.started_at, told.span_no
"""
_CALL = """
    SELECT calls.*, spans.scope_name, spans.scope_version, spans.role
    FROM calls
    LEFT JOIN spans USING (span_no)
    WHERE calls.span_no = $call_no AND ($teams::VARCHAR[] IS NULL OR list_contains($teams, calls.team))
"""
_CHARGES = """
    SELECT
        charges.token_class, charges.quantity, charges.cost_usd,
        lines.line_no AS price_line_no,
        CAST(lines.usd_per_token * 1000000 AS DECIMAL(18, 6)) AS usd_per_million,
        lines.layer, lines.provider AS price_provider, lines.model AS price_model, lines.service_tier,
        lines.min_input_tokens, lines.from_minute, lines.until_minute,
        nullif(lines.valid_from, TIMESTAMP '1970-01-01') AS valid_from,
        nullif(lines.valid_to, TIMESTAMP '9999-01-01') AS valid_to,
        lines.source, lines.book_version
    FROM charges
    JOIN price_lines AS lines ON lines.line_no = charges.price_line_no
    WHERE charges.span_no = $call_no
"""
_FOLDED = """
    SELECT
        spans.trace_id, spans.span_id, spans.name, spans.scope_name, spans.scope_version, spans.dialect, spans.role,
        folds.because
    FROM folds
    JOIN spans ON spans.span_no = folds.span_no
    WHERE folds.dup_of = $call_no
    ORDER BY spans.started_at, spans.trace_id, spans.span_id
"""


class NoSuchCall(ValueError):
    """No span with that id tells of a call."""


def explain(
    warehouse: Warehouse, span_id: str, *, trace_id: str | None = None, teams: list[str] | None = None
) -> list[dict[str, Any]]:
    """One dict a call that the span told of, JSON values only, money as decimal text: usually exactly one.

    A span that was folded into another explains the call it was folded into. Raises NoSuchCall with what to do.
    """
    with warehouse.snapshot() as tx:
        found = tx.query(_FOUND, {"span_id": span_id, "trace_id": trace_id})
        explained = []
        for call_no in dict.fromkeys(found["call_no"][:MOST_CALLS]):
            rows = tx.query(_CALL, {"call_no": call_no, "teams": teams}).to_dicts()
            explained += [_explained(tx, call_no, row, span_id.lower()) for row in rows]
    if not explained:
        told = "is no span here" if found.is_empty() else "tells of no call: it is neither billed nor part of a call"
        raise NoSuchCall(f"{span_id} {told}; `outlay calls --json` lists every call with its span_id")
    return explained


def _explained(tx: Transaction, call_no: int, call: dict[str, Any], asked: str) -> dict[str, Any]:
    charges = {row["token_class"]: row for row in tx.query(_CHARGES, {"call_no": call_no}).to_dicts()}
    name = sold_as(call["provider"] or "", call["model"] or "", priced(tx), own_names(tx))
    billed_as = tier(seller(call["provider"] or ""), call["service_tier"] or "")
    input_tokens = sum(call[each] or 0 for each in INPUT_CLASSES)
    facts: dict[str, Any] = _plain({
        "trace_id": call["trace_id"],
        "span_id": call["span_id"],
        "asked_of_a_folded_span": asked != call["span_id"],
        **{key: call[key] for key in ("started_at", "service", "team", "workflow", "purpose", "provider")},
        "request_model": call["request_model"],
        "response_model": call["response_model"],
        "response_id": call["response_id"],
        "billed": call["billed"],
        "cost_usd": call["cost_usd"],
        "reported_cost_usd": call["reported_cost_usd"],
        "unpriced_because": call["unpriced_because"],
        "incomplete_because": call["incomplete_because"],
        "cache_saved_usd": call["cache_saved_usd"],
        "read_from": {
            key: call[key] for key in ("signal", "dialect", "scope_name", "scope_version", "role", "cache_decided_by")
        },
        "name": _name(call, name),
        "tier": {"told": call["service_tier"], "billed_as": billed_as, **_tiers(billed_as, charges)},
        "input_tokens": input_tokens,
        "lines": [_line(call, each, charges) for each in TOKEN_CLASSES if call[each] is not None],
        "folded": tx.query(_FOLDED, {"call_no": call_no}).to_dicts(),
    })  # fmt: skip
    return facts


def _name(call: dict[str, Any], name: SoldAs) -> dict[str, Any]:
    return {
        "told": f"{call['provider'] or '?'}/{call['model'] or '?'}",
        "sold_as": f"{name.price_provider}/{name.price_model}" if name.price_model else None,
        "matched_by": name.matched_by,
        "billed_by": name.seller,
        "because": name.because,
    }


def _tiers(billed_as: str, charges: dict[str, dict[str, Any]]) -> dict[str, Any]:
    standard = [each for each, row in charges.items() if row["service_tier"] != billed_as]
    return {"at_the_standard_price": standard} if billed_as != STANDARD else {}


def _line(call: dict[str, Any], token_class: str, charges: dict[str, dict[str, Any]]) -> dict[str, Any]:
    charge = charges.get(token_class, {})
    line: dict[str, Any] = {"token_class": token_class, "quantity": call[token_class]} | charge
    if charge and (charge["from_minute"], charge["until_minute"]) == WHOLE_DAY:
        del line["from_minute"], line["until_minute"]
    return line


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return json_value(value)
