"""What moved the total, and which factor moved it."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.movers import Amounts, Mover, movers

MONEY = pl.Decimal(38, 12)


def cells(*rows: tuple[str | None, int, int, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "team": [team for team, *_ in rows],
            "calls": [calls for _, calls, _, _ in rows],
            "input_tokens": [tokens for _, _, tokens, _ in rows],
            "output_tokens": [0 for _ in rows],
            "cost_usd": [Decimal(cost) for *_, cost in rows],
        },
        schema={
            "team": pl.String,
            "calls": pl.Int64,
            "input_tokens": pl.Int64,
            "output_tokens": pl.Int64,
            "cost_usd": MONEY,
        },
    )


def test_the_sentence_says_how_much_and_why() -> None:
    mover = Mover("Support", Amounts(112, 112_000, Decimal(5514)), Amounts(100, 100_000, Decimal(4310)))
    assert mover.sentence() == "$1,204 more (+28%): calls +12%, tokens per call unchanged, price per token +14%."


def test_the_factor_that_made_most_of_it_is_named() -> None:
    mover = Mover("Support", Amounts(100, 365_000, Decimal(365)), Amounts(100, 100_000, Decimal(100)))
    assert mover.sentence() == (
        "$265.00 more (+265%): calls unchanged, tokens per call +265%, price per token unchanged."
    )


def test_a_factor_that_is_most_but_not_all_gets_its_share() -> None:
    mover = Mover("Support", Amounts(110, 440_000, Decimal(440)), Amounts(100, 100_000, Decimal(100)))
    assert mover.sentence().endswith("price per token unchanged; 94% of it is tokens per call.")


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (Amounts(3, 300, Decimal("3.4")), Amounts(), "$3.40, and nothing before."),
        (Amounts(), Amounts(3, 300, Decimal(55)), "nothing, and $55.00 before."),
        (Amounts(3, 300, Decimal(2)), Amounts(9, 900), "$2.00, and no known cost before."),
    ],
)
def test_new_and_gone_teams_have_words_of_their_own(now: Amounts, before: Amounts, said: str) -> None:
    assert Mover("Research", now, before).sentence() == said


def test_the_largest_move_in_dollars_comes_first_whichever_way_it_went() -> None:
    now = cells(("a", 1, 10, "10"), ("b", 1, 10, "1"), (None, 1, 10, "5"))
    before = cells(("a", 1, 10, "9"), ("b", 1, 10, "8"), (None, 1, 10, "5"))
    assert [(mover.name, mover.moved_usd) for mover in movers(now, before)] == [("b", Decimal(-7)), ("a", Decimal(1))]


amounts = st.builds(Amounts, st.integers(1, 10**6), st.integers(1, 10**9), st.decimals("0.01", 10**6, places=2))


@given(amounts, amounts)
def test_the_factors_shares_sum_to_the_whole_move(now: Amounts, before: Amounts) -> None:
    factors = Mover("team", now, before).factors()
    whole = 1.0 if now.cost_usd != before.cost_usd else 0.0
    assert sum(share for *_, share in factors) == pytest.approx(whole, abs=1e-6)
