"""Which spans tell of the same request: the rule, without a database."""

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from warehouse.fold import Claim, Fold, Pair, folds


def claim(number: int, scope: str, response_id: str | None = None, *, rank: int = 1, has_usage: bool = True) -> Claim:
    return Claim(number, scope, response_id, ("trace", f"{number:04}"), has_usage, rank)


def test_the_providers_own_sdk_tells_a_request_better_than_its_instrumentor() -> None:
    claims = [claim(1, "instrumentor", "msg_1", rank=1), claim(2, "sdk", "msg_1", rank=0)]
    assert folds(claims, [Pair(1, 2, "same response id", 0)]) == [Fold(1, 2, "same response id")]


def test_a_span_without_usage_never_wins_over_one_with() -> None:
    claims = [claim(1, "framework", rank=2), claim(2, "sdk", rank=0, has_usage=False)]
    assert folds(claims, [Pair(1, 2, "wraps it", 1)]) == [Fold(2, 1, "wraps it")]


def test_a_wrapper_is_one_of_the_calls_inside_it_and_the_others_stand() -> None:
    claims = [claim(1, "framework", rank=2), claim(2, "sdk", "c1"), claim(3, "sdk", "c2")]
    pairs = [Pair(1, 2, "wraps it", 1), Pair(1, 3, "wraps it", 1001)]
    assert folds(claims, pairs) == [Fold(1, 2, "wraps it")]


def test_parallel_identical_calls_are_matched_one_to_one_nearest_first() -> None:
    claims = [claim(1, "a"), claim(2, "a"), claim(3, "b", "c1"), claim(4, "b", "c2")]
    pairs = [
        Pair(one, other, "same tokens at the same time", distance)
        for one, other, distance in [(1, 3, 5), (1, 4, 9), (2, 3, 7), (2, 4, 6)]
    ]
    assert [(fold.span_no, fold.dup_of) for fold in folds(claims, pairs)] == [(3, 1), (4, 2)]


def test_two_response_ids_are_two_requests_however_alike() -> None:
    claims = [claim(1, "a"), claim(2, "b", "c1"), claim(3, "c", "c2")]
    pairs = [Pair(1, 2, "same tokens at the same time", 1), Pair(1, 3, "same tokens at the same time", 2)]
    assert {fold.span_no for fold in folds(claims, pairs)} == {2}


def test_of_claims_around_each_other_the_innermost_wins_even_if_they_were_one_request_before() -> None:
    claims = [claim(1, "framework", "c1"), claim(2, "framework", "c1"), claim(3, "sdk")]
    pairs = [Pair(1, 2, "same response id", 0), Pair(1, 3, "wraps it", 1), Pair(2, 3, "wraps it", 2)]
    assert folds(claims, pairs) == [Fold(1, 3, "same response id"), Fold(2, 3, "same response id")]


def test_a_thousand_claims_of_one_response_are_one_request() -> None:
    numbers = range(1, 1001)
    pairs = [Pair(one, other, "same response id", 0) for one, other in combinations(numbers, 2)]
    found = folds([claim(number, "sdk", "chatcmpl-123") for number in numbers], pairs)
    assert found == [Fold(number, 1, "same response id") for number in numbers[1:]]


_numbers = st.integers(1, 8)
_pairs = st.lists(
    st.builds(
        Pair,
        _numbers,
        _numbers,
        st.sampled_from(["same response id", "wraps it", "same tokens at the same time"]),
        st.integers(0, 3),
    ).filter(lambda pair: pair.span_no != pair.other_no),
    max_size=12,
)
_claims = st.tuples(
    *(
        st.builds(
            Claim,
            st.just(number),
            scope=st.sampled_from(["a", "b", "c"]),
            response_id=st.sampled_from([None, "c1", "c2"]),
            key=st.just(("trace", f"{number:04}")),
            has_usage=st.booleans(),
            rank=st.integers(0, 2),
            owner=st.sampled_from(["", "blue", "red"]),
        )
        for number in range(1, 9)
    )
).map(list)


@given(_claims, _pairs, st.randoms())
def test_the_order_of_arrival_changes_no_fold(claims: list[Claim], pairs: list[Pair], chance: Random) -> None:
    expected = folds(claims, pairs)
    chance.shuffle(claims)
    chance.shuffle(pairs)
    assert folds(claims, pairs) == expected


@given(_claims, _pairs)
def test_a_winner_is_never_folded_itself(claims: list[Claim], pairs: list[Pair]) -> None:
    found = folds(claims, pairs)
    assert not {fold.dup_of for fold in found} & {fold.span_no for fold in found}
