"""Spans that stand for several requests, or for requests nobody tells: sums, silent agents, clients that ask on."""

import pytest
from spans import Told, inside, span, span_id

SILENT = "its emitter never tells the calls"
AGENT = {"role": "agent", "incomplete_because": SILENT}


def test_an_agent_whose_emitter_never_tells_its_calls_is_one_incomplete_call() -> None:
    told = Told()
    told.tell(span(1, lasts=9, **AGENT), span(2, at=1, lasts=2, **inside(1), role="tool"))
    assert told.calls("span_id, billed, incomplete_because") == [(span_id(1), True, SILENT)]


def test_of_silent_agents_inside_each_other_the_innermost_stands() -> None:
    told = Told()
    told.tell(span(1, lasts=9, **AGENT), span(2, at=1, lasts=2, **inside(1), **AGENT))
    assert told.calls("span_id") == [(span_id(2),)]


@pytest.mark.parametrize("of_the_call", [inside(1), {}], ids=["inside", "beside"])
@pytest.mark.parametrize("late", [0, 1])
def test_a_silent_agent_is_not_counted_where_somebody_tells_the_calls(of_the_call: dict[str, str], late: int) -> None:
    spans = [span(1, lasts=9, **AGENT), span(2, at=1, lasts=2, **of_the_call, input_uncached=100, output_text=5)]
    told = Told()
    told.tell(spans[late])
    told.tell(spans[1 - late])
    assert told.calls("span_id, input_uncached, incomplete_because") == [(span_id(2), 100, None)]


def test_a_silent_agent_of_another_trace_stands() -> None:
    told = Told()
    told.tell(span(1, lasts=9, **AGENT), span(2, at=1, trace_id="b" * 32, input_uncached=100, output_text=5))
    assert told.calls("span_id") == [(span_id(1),), (span_id(2),)]


@pytest.mark.parametrize("outer", [1, 3])
def test_a_sum_over_two_requests_in_the_words_of_a_request_is_neither(outer: int) -> None:
    first, second = {1, 2, 3} - {outer}
    told = Told()
    told.tell(
        span(outer, lasts=9, input_uncached=300, output_text=0),
        span(first, at=1, lasts=2, **inside(outer), input_uncached=100, output_text=0),
        span(second, at=4, lasts=2, **inside(outer), input_uncached=200, output_text=0),
    )
    assert told.calls("span_id, input_uncached") == [(span_id(first), 100), (span_id(second), 200)]


def test_a_chat_around_an_embedding_and_around_what_judged_it_is_another_request() -> None:
    told = Told()
    told.tell(
        span(1, lasts=9, input_uncached=300, output_text=20),
        span(2, at=1, **inside(1), operation="embeddings", input_uncached=100, output_text=0),
        span(3, at=2, **inside(1), operation="evaluate_with_model", input_uncached=200, output_text=5),
    )
    assert told.calls("span_id") == [(span_id(1),), (span_id(2),), (span_id(3),)]


@pytest.mark.parametrize("late", [0, 1])
def test_a_request_whose_client_called_a_function_by_itself_is_incomplete(late: int) -> None:
    call = span(1, lasts=9, input_uncached=1290, cache_read=5, output_text=54)
    function = span(2, at=1, lasts=2, **inside(1), role="tool", operation="automatic_function_call")
    told = Told()
    told.tell((call, function)[late])
    told.tell((call, function)[1 - late])
    found = told.calls("input_uncached, cache_read, output_text, substring(incomplete_because, 1, 16)")
    assert found == [(None, None, None, "several requests")]


@pytest.mark.parametrize("late", [0, 1])
def test_looks_at_one_run_of_an_agent_repeat_its_sum_wherever_they_are(late: int) -> None:
    run = {"role": "agent", "response_id": "run_1", "input_uncached": 300, "output_text": 20}
    looks = [span(1, **run), span(2, at=5, trace_id="b" * 32, **run)]
    told = Told()
    told.tell(looks[late])
    told.tell(looks[1 - late])
    assert told.calls("span_id, input_uncached, incomplete_because IS NOT NULL") == [(span_id(1), 300, True)]


def test_a_run_and_the_look_at_it_inside_are_one_sum() -> None:
    run = {"role": "agent", "response_id": "run_1", "input_uncached": 300, "output_text": 20}
    told = Told()
    told.tell(span(1, lasts=9, **run), span(2, at=5, **inside(1), **run), span(3, at=12, **run))
    assert told.calls("input_uncached") == [(300,)]
