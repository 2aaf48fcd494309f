"""No cent is lost when money is shared out, and none is hidden when it is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import exact_text, rounded, share_out, tokens, usd, usd_exact, usd_per_million
from warehouse.money import CENT

QUANTA = st.sampled_from([Decimal("0.01"), Decimal(1), Decimal("0.001"), Decimal("1e-12")])
COSTS = st.decimals(min_value=-(10**12), max_value=10**12, places=12)
PARTS = st.lists(COSTS, max_size=30)


@given(PARTS, QUANTA)
def test_shares_sum_exactly_to_the_rounded_total(parts: list[Decimal], quantum: Decimal) -> None:
    assert sum(share_out(parts, quantum)) == rounded(sum(parts, Decimal(0)), quantum)


@given(PARTS, QUANTA)
def test_every_share_is_less_than_one_quantum_from_its_part(parts: list[Decimal], quantum: Decimal) -> None:
    assert all(abs(share - part) < quantum for share, part in zip(share_out(parts, quantum), parts, strict=True))


@given(PARTS)
def test_sharing_twice_gives_the_same(parts: list[Decimal]) -> None:
    assert share_out(parts) == share_out(parts)


@given(PARTS.filter(lambda parts: rounded(sum(parts, Decimal(0))) != 0))
def test_a_credit_is_shared_as_the_mirror_image_of_a_charge(parts: list[Decimal]) -> None:
    assert share_out([-part for part in parts]) == [-share for share in share_out(parts)]


@given(st.lists(PARTS.filter(bool), min_size=1, max_size=6))
def test_a_level_below_reaches_what_the_level_above_was_given(teams: list[list[Decimal]]) -> None:
    amounts = share_out([sum(lines, Decimal(0)) for lines in teams])
    lines = [share_out(costs, total=amount) for costs, amount in zip(teams, amounts, strict=True)]
    assert [sum(shares) for shares in lines] == amounts


def test_three_thirds_of_a_cent_more_go_to_the_first() -> None:
    assert share_out([Decimal("0.333333333333")] * 3, total=Decimal("1.00")) == [
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    ]


def test_the_larger_of_two_equal_remainders_gets_the_cent() -> None:
    assert share_out([Decimal("0.005"), Decimal("1.005")]) == [Decimal("0.00"), Decimal("1.01")]


def test_parts_that_cancel_out_share_nothing() -> None:
    assert sum(share_out([Decimal("5.005"), Decimal("-5.005"), Decimal(0)])) == 0


def test_nothing_is_shared_among_nobody() -> None:
    assert share_out([]) == []


@pytest.mark.parametrize("total", ["1.02", "0.98", "1.005"])
def test_a_total_that_no_rounding_reaches_is_refused(total: str) -> None:
    with pytest.raises(ValueError, match=f"{total} cannot be shared out over parts that sum to 1.00"):
        share_out([Decimal("1.00")], total=Decimal(total))


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.125", "0.13"), ("-0.125", "-0.13"), ("0.1249", "0.12"), ("7", "7.00")]
)
def test_halves_are_rounded_away_from_zero(amount: str, cents: str) -> None:
    assert str(rounded(Decimal(amount), CENT)) == cents


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0"),
        ("0.000000000001", "<$0.0001"),
        ("-0.00009", "−<$0.0001"),
        ("0.0001", "$0.0001"),
        ("0.00415", "$0.0042"),
        ("0.01", "$0.01"),
        ("12.344999", "$12.34"),
        ("-12.345", "−$12.35"),
        ("999.99", "$999.99"),
        ("999.996", "$1,000"),
        ("12345.67", "$12,346"),
        ("999999.4", "$999,999"),
        ("999999.5", "$1.00M"),
        ("1234567", "$1.23M"),
        ("-2500000000", "−$2,500.00M"),
    ],
)
def test_money_is_written_with_as_many_digits_as_it_needs(amount: str, shown: str) -> None:
    assert usd(Decimal(amount)) == shown


@given(COSTS.filter(bool))
def test_money_that_was_spent_never_reads_as_zero(amount: Decimal) -> None:
    assert any(digit in usd(amount) for digit in "123456789")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("12.3", "$12.30"),
        ("-0.000412", "−$0.000412"),
        ("1234.567800", "$1,234.5678"),
        ("1E+3", "$1,000.00"),
    ],
)
def test_exact_money_keeps_every_digit(amount: str, shown: str) -> None:
    assert usd_exact(Decimal(amount)) == shown


@given(COSTS)
def test_exact_text_reads_back_as_the_same_amount_without_an_exponent(amount: Decimal) -> None:
    text = exact_text(amount)
    assert (Decimal(text), "E" in text) == (amount, False)


def test_a_price_is_written_as_providers_print_it() -> None:
    assert usd_per_million(Decimal("0.000002500000")) == "$2.50 per 1M tokens"


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1234, "1.2k"),
        (99_950, "100k"),
        (123_456, "123k"),
        (999_500, "1M"),
        (4_560_000, "4.6M"),
        (1_200_000_000, "1.2B"),
        (-1234, "−1.2k"),
    ],
)
def test_tokens_are_written_short(count: int, shown: str) -> None:
    assert tokens(count) == shown
