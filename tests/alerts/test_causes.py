"""Root cause: the leaves' excesses sum to the whole to the last decimal, and few of them explain most of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, times

from alerts.causes import FINEST, MOST, Leaf, expected_shares, leaves_of, root_cause
from warehouse import Warehouse

money = st.decimals(min_value=0, max_value=Decimal("1e7"), places=12)
AT = 200
LEAF = Leaf(None, "openai", "gpt-5-mini", "product", Decimal(0), Decimal(0))


def leaf(model: str, actual: str, expected: str) -> Leaf:
    return replace(LEAF, model=model, actual_usd=Decimal(actual), expected_usd=Decimal(expected))


@given(st.lists(money, min_size=1, max_size=8), money)
def test_what_is_usual_is_shared_out_to_the_last_place(before: list[Decimal], usual: Decimal) -> None:
    shares = expected_shares(before, usual)
    assert sum(shares) == (usual.quantize(FINEST) if sum(before) else 0)


@given(st.lists(st.tuples(money, money), min_size=1, max_size=8))
def test_the_cause_explains_four_fifths_and_needs_every_part(amounts: list[tuple[Decimal, Decimal]]) -> None:
    leaves = [replace(LEAF, model=str(n), actual_usd=a, expected_usd=e) for n, (a, e) in enumerate(amounts)]
    whole = sum((each.excess_usd for each in leaves), Decimal(0))
    parts = [each.excess_usd for each in root_cause(leaves) if each.is_cause]
    enough = sum(parts, Decimal(0)) >= MOST * whole and (not parts or sum(parts[:-1], Decimal(0)) < MOST * whole)
    assert enough if whole > 0 else parts == []


def test_what_fell_is_shown_and_is_no_cause() -> None:
    found = root_cause([leaf("old", "0", "40"), leaf("new", "200", "0"), leaf("same", "10", "10")])
    assert [(each.model, each.is_cause) for each in found] == [("new", True), ("same", False), ("old", False)]


def test_a_model_that_was_swapped_in_is_the_cause(warehouse: Warehouse) -> None:
    old = Service("sales", "leads", times(flat(10), 0, AT, AT + 9), model="gpt-4.1-mini")
    new = Service("sales", "leads", times(flat(50), 0, 0, AT), model="gpt-4.1")
    fill(warehouse, hours_of([old, new], AT + 4))
    scope = {"team": "sales", "workflow": "leads"}
    found = leaves_of(warehouse, scope, MONDAY + AT * HOUR, MONDAY + (AT + 4) * HOUR, Decimal(40))
    assert [(each.model, each.excess_usd, each.is_cause) for each in found] == [
        ("gpt-4.1", Decimal(200), True),
        ("gpt-4.1-mini", Decimal(-40), False),
    ]
