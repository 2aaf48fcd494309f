"""Thousands of calls that look alike: bounded work, and the same calls however they arrive."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from spans import START, Told, inside, span

ALIKE = {"input_uncached": 8, "output_text": 0}


def alike(number: int, *, at: float, scope: str = "a", **columns: Any) -> dict[str, Any]:
    """A call in a trace of its own, like all others here."""
    return span(number, at=at, lasts=0.1) | ALIKE | {"trace_id": f"{number:032x}", "scope_name": scope} | columns


def told_twice(number: int, *, at: float) -> list[dict[str, Any]]:
    """One request of which two instrumentations tell, neither naming the response."""
    return [alike(2 * number + place, at=at + place * 0.003, scope=scope) for place, scope in enumerate("ab", start=1)]


def calls(book: Told) -> int:
    return int(book.warehouse.query("SELECT count(*) AS n FROM calls").item())


def test_thousands_that_name_one_response_are_one_call() -> None:
    book = Told()
    book.tell(*(alike(number, at=number / 1_000, response_id="chatcmpl-123") for number in range(3_000)))
    assert calls(book) == 1


def test_thousands_told_by_one_emitter_at_one_time_are_as_many_calls() -> None:
    book = Told()
    book.tell(*(alike(number, at=number % 1_000 / 1_000) for number in range(3_000)))
    assert calls(book) == 3_000


def test_a_thousand_told_by_two_emitters_at_one_time_are_a_thousand_calls() -> None:
    book = Told()
    book.tell(*(each for number in range(1_000) for each in told_twice(number, at=number % 100 / 100)))
    assert calls(book) == 1_000


@pytest.mark.parametrize("turn_s", [3, 1_000])
def test_a_stream_that_is_told_twice_is_counted_once_however_it_arrives(turn_s: int) -> None:
    book = Told()
    requests = {number / 5: told_twice(number, at=number / 5) for number in range(60)}
    turns: dict[int, list[dict[str, Any]]] = {}
    for at, told in requests.items():
        turns.setdefault(int(at // turn_s), []).extend(told)
    for spans in turns.values():
        book.tell(*spans)
    assert calls(book) == 60


def test_one_call_after_the_other_by_turns_is_the_same_in_one_batch_and_in_many() -> None:
    spans = [alike(number, at=number * 0.7, scope="ab"[number % 2]) for number in range(60)]
    whole, parts = Told(), Told()
    whole.tell(*spans)
    for start in range(0, 60, 20):
        parts.tell(*spans[start : start + 20])
    assert calls(parts) == calls(whole)


def test_two_teams_of_one_gateway_may_use_the_same_ids_at_any_depth() -> None:
    book = Told()
    above = [
        span(number) | {"role": "workflow", "team": team, "team_believed": True, **inside(number - 1)}
        for number in range(1, 41)
        for team in ("search", "support")
    ]
    book.tell(*above, span(41, **ALIKE, **inside(40)))
    assert calls(book) == 1


def test_namesakes_a_day_apart_are_two_calls() -> None:
    book = Told()
    day = dt.timedelta(days=1, seconds=1)
    book.tell(
        alike(1, at=0, response_id="r"),
        alike(2, at=0, response_id="r", started_at=START + day, ended_at=START + day),
    )
    assert calls(book) == 2
