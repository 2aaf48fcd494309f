"""A bridge in words: how much more, and by which of its parts, with the workflow or the model behind each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from warehouse.change import Bridge, Leaf, summed
from warehouse.money import tokens, usd
from warehouse.parts import PARTS, Used

PART_TITLES = {
    "calls": "Calls",
    "mix": "Model mix",
    "tokens": "Tokens per call",
    "cache": "Cache share",
    "price": "Price",
    "new": "New",
    "retired": "Retired",
}
# A part smaller than this share of all movement is left to the table.
WORTH_SAYING = Decimal("0.02")
_CACHE = ("cache_read",)
_INPUT = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other")


def in_words(found: Bridge) -> str:
    """'$412.00 more (+38%): +$380.00 from more calls (above all triage: 1,200 → 1,930), −$20.00 from …'."""
    difference = found.difference_usd
    if not difference:
        return f"As much as before: {usd(found.after_usd)}."
    size = f"{usd(abs(difference))} {'more' if difference > 0 else 'less'}"
    ratio = f" ({_percent(found.after_usd, found.before_usd)})" if found.before_usd else ""
    said = [f"{signed(found.parts[part])} from {phrase(found, part)}" for part in worth_saying(found)]
    return f"{size}{ratio}: {', '.join(said)}."


def worth_saying(found: Bridge) -> list[str]:
    """The parts that moved the cost, the largest first."""
    moved = sum((abs(amount) for amount in found.parts.values()), Decimal(0))
    told = [part for part in PARTS if found.parts[part] and abs(found.parts[part]) >= moved * WORTH_SAYING]
    return sorted(told, key=lambda part: (-abs(found.parts[part]), PARTS.index(part)))


def phrase(found: Bridge, part: str) -> str:
    """What a part is, and who is most of it: 'tokens per call (above all refund-agent: 30.1k → 52k)'."""
    name = PART_TITLES[part].lower()
    if not found.parts[part]:
        return name
    up = found.parts[part] > 0
    owner, leaves = max(found.owners.items(), key=lambda item: summed(item[1])[part] if up else -summed(item[1])[part])
    return (
        f"{_named_part(name, up, part)} (above all {owner[1] or owner[0] or 'Unattributed'}{_behind(part, leaves, up)})"
    )


def signed(amount: Decimal) -> str:
    """'+$12.30', '−$4.00', '$0'."""
    return f"+{usd(amount)}" if amount > 0 else usd(amount)


def _named_part(name: str, up: bool, part: str) -> str:
    match part:
        case "calls":
            return "more calls" if up else "fewer calls"
        case "tokens":
            return f"{'more' if up else 'fewer'} {name}"
        case "cache":
            return "a smaller share of input from the cache" if up else "a larger share of input from the cache"
        case "price":
            return "higher prices" if up else "lower prices"
        case "new":
            return "what is new"
        case "retired":
            return "what is gone"
        case _:
            return f"the {name}"


def _behind(part: str, leaves: Sequence[Leaf], up: bool) -> str:
    was, now = _together([leaf.before for leaf in leaves]), _together([leaf.after for leaf in leaves])
    match part:
        case "calls":
            return f": {was.calls:,} → {now.calls:,}"
        case "tokens":
            return f": {_per_call(was)} → {_per_call(now)}"
        case "cache":
            return f": {_cached(was)} → {_cached(now)}"
        case "mix":
            return f": {_moved(leaves, was, now)}"
        case "price":
            leaf = max(leaves, key=lambda leaf: leaf.parts["price"] if up else -leaf.parts["price"])
            return f": {leaf.model or 'an unnamed model'}, {_price_change(leaf)}"
        case _:
            return ""


def _together(sides: Sequence[Used]) -> Used:
    classes: dict[str, tuple[int, Decimal]] = {}
    for side in sides:
        for name, (quantity, cost) in side.classes.items():
            held, paid = classes.get(name, (0, Decimal(0)))
            classes[name] = held + quantity, paid + cost
    return Used(sum(side.calls for side in sides), classes)


def _per_call(side: Used) -> str:
    return tokens(round(side.tokens / side.calls)) if side.calls else "none"


def _cached(side: Used) -> str:
    whole = sum(side.classes.get(name, (0,))[0] for name in _INPUT)
    read = sum(side.classes.get(name, (0,))[0] for name in _CACHE)
    return f"{read / whole:.0%}" if whole else "none"


def _moved(leaves: Sequence[Leaf], was: Used, now: Used) -> str:
    """'more gpt-4.1, less gpt-4.1-mini'."""
    gains = [(leaf.after.calls / now.calls - leaf.before.calls / was.calls, leaf.model or "?") for leaf in leaves]
    (most, gained), (least, lost) = max(gains), min(gains)
    return ", ".join([f"more {gained}"] * (most > 0) + [f"less {lost}"] * (least < 0))


def _price_change(leaf: Leaf) -> str:
    """What its tokens of now cost more than at the prices of before."""
    at_old = at_new = Decimal(0)
    for name, (quantity, cost) in leaf.after.classes.items():
        held, paid = leaf.before.classes.get(name, (0, Decimal(0)))
        if held and quantity:
            at_old, at_new = at_old + paid * quantity / held, at_new + cost
    return f"{_percent(at_new, at_old)} per token" if at_old else "priced anew"


def _percent(now: Decimal, before: Decimal) -> str:
    moved = (now / before - 1) * 100
    if abs(moved) >= 1000:
        return f"×{now / before:.0f}"
    return (
        f"{'+' if moved >= 0 else '−'}{abs(moved):.0f}%"
        if abs(moved) >= 1
        else f"{'+' if moved >= 0 else '−'}{abs(moved):.1f}%"
    )
