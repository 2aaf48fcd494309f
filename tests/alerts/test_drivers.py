"""Drivers: the parts of a rise sum to it exactly, and the largest is the one that moved."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.detecting.drivers import Usage, split

amounts = st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=12)
quantities = st.one_of(st.just(0.0), st.floats(min_value=1e-6, max_value=1e12))
usages = st.builds(Usage, quantities, quantities, quantities)


@given(amounts, usages, usages)
def test_the_parts_sum_to_the_excess_to_the_last_decimal(excess: Decimal, actual: Usage, expected: Usage) -> None:
    drivers = split(excess, actual, expected)
    assert drivers.calls_usd + drivers.tokens_per_call_usd + drivers.unit_price_usd == excess


@pytest.mark.parametrize(
    ("actual", "driver"),
    [
        (Usage(40.0, 4000, 4e6), "calls"),
        (Usage(40.0, 1000, 4e6), "tokens_per_call"),
        (Usage(40.0, 1000, 1e6), "unit_price"),
        (Usage(40.0, 1200, 3.9e6), "tokens_per_call"),
    ],
)
def test_what_moved_is_the_main_driver(actual: Usage, driver: str) -> None:
    assert split(Decimal(30), actual, Usage(10.0, 1000, 1e6)).main == driver


def test_spend_where_nothing_was_before_is_calls() -> None:
    assert split(Decimal(30), Usage(30.0, 900, 1e6), Usage(0.0, 0.0, 0.0)).sentence() == (
        "Calls (all of it), where nothing was before."
    )


def test_the_sentence_begins_with_the_largest_part() -> None:
    drivers = split(Decimal(30), Usage(40.0, 1100, 4e6), Usage(10.0, 1000, 1e6))
    assert drivers.sentence() == (
        "Tokens per call ×3.6 (93 % of it), calls ×1.1 (7 % of it). Not the cause: unit price."
    )
