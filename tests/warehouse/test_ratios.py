"""A ratio is exact where it is money, unknown where it cannot be told, and honest where cases are few."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.ratios import ratio, wilson, with_rates, with_ratios


def test_money_per_count_is_money_to_twelve_places() -> None:
    assert ratio(Decimal(2), 3) == Decimal("0.666666666667")


def test_a_share_of_money_is_a_number() -> None:
    assert ratio(Decimal("0.25"), Decimal(1)) == 0.25


@pytest.mark.parametrize(("numerator", "denominator"), [(None, 3), (3, None), (3, 0), (Decimal(3), Decimal(0))])
def test_what_cannot_be_divided_is_unknown(numerator: Decimal | int | None, denominator: Decimal | int | None) -> None:
    assert ratio(numerator, denominator) is None


# Wilson (1927), as tabulated for 95 %: 0 of 10, 5 of 10 and 10 of 10.
@pytest.mark.parametrize(("hits", "low", "high"), [(0, 0.0, 0.277533), (5, 0.236593, 0.763407), (10, 0.722467, 1.0)])
def test_the_interval_is_wilsons(hits: int, low: float, high: float) -> None:
    assert wilson(hits, 10) == pytest.approx((low, high), abs=1e-6)


@given(st.integers(1, 10**9).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_its_rate(case: tuple[int, int]) -> None:
    hits, of = case
    low, high = wilson(hits, of) or (1.0, 0.0)
    assert 0 <= low <= hits / of <= high <= 1


def test_nothing_evaluated_has_no_interval() -> None:
    assert wilson(0, 0) is None


def test_a_frame_without_rows_gains_the_columns_too() -> None:
    empty = pl.DataFrame(schema={"cost_usd": pl.Decimal(38, 12), "tasks": pl.Int64, "hits": pl.Int64})
    told = with_rates(with_ratios(empty, {"cost_per_task_usd": ("cost_usd", "tasks")}), {"rate": ("hits", "tasks")})
    assert dict(list(told.schema.items())[3:]) == {
        "cost_per_task_usd": pl.Decimal(38, 12),
        "rate": pl.Float64,
        "rate_low": pl.Float64,
        "rate_high": pl.Float64,
    }
