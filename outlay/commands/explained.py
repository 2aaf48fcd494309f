"""One call explained in words: every line of its cost, and where each number comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from outlay.commands.price_sheet import day, hours, per_million, threshold
from outlay.commands.show import table

MATCHES = {
    "exact": "by its own name",
    "alias": "by a name the list writes out for it",
    "dated": "by its name with a date or a version",
    "fine-tuned": "as a fine-tuned model",
    "prefix": "once what a gateway put before it is taken off",
    "other provider": "by another provider's list than the one named",
    "mapped": "by [[models]] of outlay.toml",
    "own": "by a price of your own",
    "none": "under no name the list has",
}


def text(call: Mapping[str, Any]) -> str:
    """Everything `explain` knows of one call, as a page of text."""
    return "\n".join([*_heading(call), "", *_cost(call), "", *_reasons(call), *_folded(call)])


def _heading(call: Mapping[str, Any]) -> Iterator[str]:
    if call["asked_of_a_folded_span"]:
        yield "That span was folded into this call, which another span tells better:"
    owner = " / ".join(filter(None, (call["team"] or "Unattributed", call["workflow"], call["service"])))
    yield f"{call['name']['told']} at {call['started_at']}, {owner}"
    yield f"span {call['span_id']} of trace {call['trace_id']}" + (
        f", response {call['response_id']}" if call["response_id"] else ""
    )


def _cost(call: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        {
            "tokens of": line["token_class"],
            "quantity": line["quantity"],
            "usd per million": per_million(line.get("usd_per_million")),
            "costs": _dollars(line.get("cost_usd")) if line["quantity"] else "—",
            "price line": line.get("price_line_no"),
        }
        for line in call["lines"]
    ]
    yield table(rows) if rows else "It told no tokens."
    if call["cost_usd"] is not None:
        yield f"It costs {_dollars(call['cost_usd'])}, the sum of these."
    if call["unpriced_because"]:
        yield f"It has no cost: {call['unpriced_because']}."
    if call["incomplete_because"]:
        yield f"Its usage is incomplete: {call['incomplete_because']}."
    if call["reported_cost_usd"] is not None:
        yield f"Its client computed {_dollars(call['reported_cost_usd'])}, which is kept beside ours and not used."
    if call["cache_saved_usd"] not in (None, "0"):
        yield f"The cache saved {_dollars(call['cache_saved_usd'])} against sending its tokens as plain input."


def _reasons(call: Mapping[str, Any]) -> Iterator[str]:
    read, name = call["read_from"], call["name"]
    scope = f"{read['scope_name']} {read['scope_version']}".strip()
    if read["scope_name"]:
        yield f"Read as {read['dialect']} from {scope}, a {read['signal']} with the role {read['role']}."
    else:
        yield f"Summed from a metric read as {read['dialect']}: no span told of the calls one by one."
    yield f"Whether its input includes the cache: {read['cache_decided_by'] or 'nobody told, nor was there any'}."
    sold = (
        f"sold as {name['sold_as']}, known {MATCHES[name['matched_by']]}"
        if name["sold_as"]
        else "sold by nobody we know"
    )
    yield f"{name['told']} is {sold}; {name['billed_by'] or 'nobody known'} bills."
    yield from _tier(call["tier"])
    for line in _price_lines(call["lines"]):
        held = f"{day(line['valid_from']) or 'always'} to {day(line['valid_to']) or 'further notice'}"
        about = ", ".join(filter(None, (line["layer"], line["service_tier"], threshold(line), hours(line), held)))
        classes = ", ".join(line["classes"])
        book = "" if line["source"].startswith(line["book_version"]) else f" ({line['book_version']})"
        yield f"  {classes}: {about}; {line['source']}{book}"
    if any(line.get("min_input_tokens") for line in call["lines"]):
        yield f"Its {call['input_tokens']:,} input tokens of all kinds pass the threshold, which prices it whole."


def _tier(tier: Mapping[str, Any]) -> Iterator[str]:
    told = f"told {tier['told']!r}" if tier["told"] else "told no tier"
    yield f"Service tier: {told}, billed as {tier['billed_as']}."
    if tier.get("at_the_standard_price"):
        yield f"Sold in that tier at the standard price: {', '.join(tier['at_the_standard_price'])}."


def _price_lines(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The price lines behind the cost, classes with the same facts in one."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    told = ("layer", "service_tier", "min_input_tokens", "from_minute", "until_minute", "valid_from", "valid_to")
    for line in lines:
        if "price_line_no" in line:
            key = tuple(line.get(name) for name in (*told, "source", "book_version"))
            found.setdefault(key, line | {"classes": []})["classes"].append(line["token_class"])
    return list(found.values())


def _folded(call: Mapping[str, Any]) -> Iterator[str]:
    if not call["folded"]:
        yield "No other span told of it."
        return
    yield "Folded into it, so that it counts once:"
    for span in call["folded"]:
        yield f"  span {span['span_id']} ({span['scope_name']}, {span['role']}): {span['because']}"


def _dollars(usd: str | None) -> str:
    return "—" if usd is None else f"${Decimal(usd):f}"
