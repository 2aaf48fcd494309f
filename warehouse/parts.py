"""Split the change of a cost into its causes, so that the parts sum to the change in every digit.

A workflow's cost is a product, summed over its models:

    calls × share of the model × tokens per call × share of the token class × price per token

A workflow with calls on one side only is new or retired, whole. For one with calls on both sides, each of the five
factors gets its Shapley value: what changing it does to the cost, averaged over every order in which the five could
have changed (Sun, Energy Economics 20, 1998; Ang, Huang and Mu, Energy Policy 37, 2009). Unlike replacing one factor
after the other, the answer depends on no order and turning time round only turns the signs; unlike LMDI it needs no
logarithms, so nothing is undefined where a model or a cache is used on one side only, and nothing is left over.

What does not exist on one side has the value of the other: a model that came is a change of the mix, not of a price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from itertools import product
from math import factorial

from warehouse.money import EXACT, NANODOLLAR_PART, share_out

FACTORS = ("calls", "mix", "tokens", "cache", "price")
PARTS = (*FACTORS, "new", "retired")

# Which input tokens came from the cache is a part of its own; every other class is tokens of its own kind.
_CACHED = frozenset(("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_other"))
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Used:
    """What one model did for one workflow in one period: priced calls, and by token class (tokens, US dollars)."""

    calls: int = 0
    classes: Mapping[str, tuple[int, Decimal]] = field(default_factory=dict)

    @property
    def cost_usd(self) -> Decimal:
        """The sum over its classes, exact."""
        return sum((cost for _, cost in self.classes.values()), _NOTHING)

    @property
    def tokens(self) -> int:
        """All its tokens."""
        return sum(quantity for quantity, _ in self.classes.values())


def split(pairs: Sequence[tuple[Used, Used]]) -> list[dict[str, Decimal]]:
    """The parts of one workflow's change, for each of its models (before, after), in their order.

    Every dict has all of PARTS, in US dollars to twelve decimals; it sums to the model's change exactly.
    """
    with localcontext(EXACT):
        was, now = (Decimal(sum(pair[side].calls for pair in pairs)) for side in (0, 1))
        return [
            _exactly(_of_model(before, after, was, now), after.cost_usd - before.cost_usd) for before, after in pairs
        ]


def _of_model(before: Used, after: Used, was: Decimal, now: Decimal) -> dict[str, Decimal]:
    if not was:
        return {"new": after.cost_usd}
    if not now:
        return {"retired": -before.cost_usd}
    shares = (before.calls / was, after.calls / now)
    per_call = _per_call(before, after)

    def cost(side: Mapping[str, int]) -> Decimal:
        many = (was, now)[side["calls"]] * shares[side["mix"]]
        return many * per_call[side["tokens"], side["cache"], side["price"]]

    costs = {sides: cost(dict(zip(FACTORS, sides, strict=True))) for sides in product((0, 1), repeat=len(FACTORS))}
    return {name: _shapley(place, costs) for place, name in enumerate(FACTORS)}


def _shapley(place: int, costs: Mapping[tuple[int, ...], Decimal]) -> Decimal:
    """The mean of what changing one factor does, over every order of all of them."""
    worth = _NOTHING
    for sides, cost in costs.items():
        if not sides[place]:
            changed, left = sum(sides), len(sides) - 1 - sum(sides)
            done = costs[(*sides[:place], 1, *sides[place + 1 :])] - cost
            worth += done * factorial(changed) * factorial(left)
    return worth / factorial(len(FACTORS))


def _per_call(before: Used, after: Used) -> dict[tuple[int, int, int], Decimal]:
    """What a call costs with the tokens, the cache shares and the prices of either side."""
    sides = (before if before.calls else after, after if after.calls else before)
    names = sorted({*sides[0].classes, *sides[1].classes})
    kinds = [_kind(name) for name in names]
    tokens = [_tokens(side, names, kinds) for side in sides]
    shares = _either(*([_share(side, name, names, kinds) for name in names] for side in sides))
    prices = _either(*([_price(side, name) for name in names] for side in sides))
    return {
        (a, b, c): sum(
            (tokens[a][kind] * shares[b][at] * prices[c][at] for at, kind in enumerate(kinds)),
            _NOTHING,
        )
        for a, b, c in product((0, 1), repeat=3)
    }


def _kind(token_class: str) -> str:
    return "input" if token_class in _CACHED else token_class


def _quantity(side: Used, name: str) -> int:
    return side.classes.get(name, (0, _NOTHING))[0]


def _tokens(side: Used, names: Sequence[str], kinds: Sequence[str]) -> dict[str, Decimal]:
    sums = dict.fromkeys(kinds, 0)
    for name, kind in zip(names, kinds, strict=True):
        sums[kind] += _quantity(side, name)
    return {kind: Decimal(total) / side.calls for kind, total in sums.items()}


def _share(side: Used, name: str, names: Sequence[str], kinds: Sequence[str]) -> Decimal | None:
    whole = sum(_quantity(side, other) for other, kind in zip(names, kinds, strict=True) if kind == _kind(name))
    return Decimal(_quantity(side, name)) / whole if whole else None


def _price(side: Used, name: str) -> Decimal | None:
    quantity, cost = side.classes.get(name, (0, _NOTHING))
    return cost / quantity if quantity else None


def _either(before: Sequence[Decimal | None], after: Sequence[Decimal | None]) -> tuple[list[Decimal], list[Decimal]]:
    """Both sides, each with the other's value where it has none of its own."""
    pairs = [
        (old if old is not None else new, new if new is not None else old)
        for old, new in zip(before, after, strict=True)
    ]
    return [old or _NOTHING for old, _ in pairs], [new or _NOTHING for _, new in pairs]


def _exactly(parts: Mapping[str, Decimal], whole: Decimal) -> dict[str, Decimal]:
    shared = share_out([parts.get(name, _NOTHING) for name in PARTS], NANODOLLAR_PART, total=whole)
    return dict(zip(PARTS, shared, strict=True))
