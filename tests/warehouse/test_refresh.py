"""Spans in, calls, charges, tasks and hours out: each request once, whatever arrives when."""

import datetime as dt
from decimal import Decimal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from spans import INSTRUMENTOR, SDK, START, Told, inside, span, span_id

OTHER_TRACE = "b" * 32

# An agent that repeats the sum, an instrumentor around the SDK, a tool that asks a model of its own.
SUPPORT_TASK = [
    span(1, lasts=10, role="agent", dialect_rank=2, scope_name="framework", provider=None, input_uncached=1993,
         output_text=60, team="support", workflow="triage", task_id="T-1"),
    span(2, at=1, lasts=2, **inside(1), **INSTRUMENTOR, input_uncached=101, cache_read=1024, cache_write_other=768,
         output_text=41),
    span(3, at=1.1, lasts=1.8, **inside(2), **SDK, response_id="msg_1", input_uncached=101, cache_read=1024,
         cache_write_5m=512, cache_write_1h=256, output_text=41),
    span(4, at=4, lasts=3, **inside(1), role="tool"),
    span(5, at=5, lasts=1, **inside(4), response_id="c1", input_uncached=100, output_text=19),
]  # fmt: skip


def test_a_request_told_by_three_spans_is_one_call_and_a_tools_own_request_another() -> None:
    told = Told()
    told.tell(*SUPPORT_TASK)
    assert told.calls("span_id, duplicates, input_uncached + cache_read + cache_write_5m + cache_write_1h, team") == [
        (span_id(3), 1, 1893, "support"),
        (span_id(5), 0, None, "support"),
    ]


def test_a_call_costs_its_tokens_by_class_at_the_prices_in_force() -> None:
    told = Told()
    told.tell(*SUPPORT_TASK)
    by_hand = Decimal(101 * 3 + 41 * 15) + 1024 * Decimal("0.3") + 512 * Decimal("3.75") + 256 * 6
    assert told.calls("cost_usd")[0] == (by_hand / 1_000_000,)


def test_the_agents_sum_is_folded_and_says_why() -> None:
    told = Told()
    told.tell(*SUPPORT_TASK)
    assert told.warehouse.query("SELECT because FROM folds ORDER BY because").to_series().to_list() == [
        "repeats its children",
        "wraps it",
    ]


def test_an_agents_sum_stands_flagged_while_no_span_of_its_calls_came() -> None:
    told = Told()
    told.tell(SUPPORT_TASK[0])
    assert told.calls("input_uncached, incomplete_because IS NOT NULL") == [(1993, True)]


def test_the_winner_takes_the_details_it_lacks_without_counting_a_token_twice() -> None:
    told = Told()
    told.tell(
        span(1, **INSTRUMENTOR, response_id="msg_1", input_uncached=101, cache_read=1024, cache_write_5m=512,
             cache_write_1h=256, output_text=41),
        span(2, **SDK, trace_id=OTHER_TRACE, response_id="msg_1", input_uncached=1893, output_text=41),
    )  # fmt: skip
    assert told.calls("span_id, input_uncached, cache_read, cache_write_5m, cache_write_1h, cache_write_other") == [
        (span_id(2), 101, 1024, 512, 256, None)
    ]


def test_details_that_do_not_fit_the_winner_are_left_alone() -> None:
    told = Told()
    told.tell(
        span(1, **INSTRUMENTOR, response_id="msg_1", input_uncached=0, cache_read=1000, output_text=41),
        span(2, **SDK, response_id="msg_1", input_uncached=995, output_text=41),
    )
    told.tell(span(3, at=5, **SDK, response_id="msg_2", input_uncached=10, output_text=1))
    assert told.calls("input_uncached, cache_read")[0] == (995, None)


def test_two_spans_of_one_scope_are_two_requests_however_alike() -> None:
    told = Told()
    told.tell(*(span(number, input_uncached=101, output_text=41) for number in range(5)))
    assert len(told.calls("span_id")) == 5


def test_two_services_with_equal_tokens_at_one_time_are_two_requests() -> None:
    told = Told()
    told.tell(
        span(1, input_uncached=101, output_text=41),
        span(2, trace_id=OTHER_TRACE, service="other", scope_name="another", input_uncached=101, output_text=41),
    )
    assert len(told.calls("span_id")) == 2


def test_two_senders_never_share_a_call() -> None:
    told = Told()
    told.tell(
        span(1, sender="search", response_id="c1", input_uncached=101, output_text=41),
        span(1, sender="support", response_id="c1", input_uncached=101, output_text=41),
    )
    assert told.calls("sender") == [("search",), ("support",)]


def test_a_span_sent_again_changes_nothing() -> None:
    told = Told()
    told.tell(*SUPPORT_TASK)
    before = told.ledger()
    appended, refreshed = told.tell(*SUPPORT_TASK)
    assert (appended.duplicates, refreshed.calls, told.ledger()) == (5, 0, before)


@cache
def _support_task_at_once() -> list[list[tuple[object, ...]]]:
    told = Told()
    told.tell(*SUPPORT_TASK)
    return told.ledger()


@settings(max_examples=10, deadline=None)
@given(st.permutations(SUPPORT_TASK), st.integers(0, 5))
def test_any_order_and_split_gives_the_same_ledger(spans: list[dict[str, object]], cut: int) -> None:
    told = Told()
    for part in (spans[:cut], spans[cut:]):
        if part:
            told.tell(*part)
    assert told.ledger() == _support_task_at_once()


def test_the_sdks_own_trace_belongs_to_the_task_of_the_framework_around_it() -> None:
    told = Told()
    told.tell(
        span(1, role="agent", task_id="T-9", workflow="rag"),
        span(2, **inside(1), **INSTRUMENTOR, response_id="msg_1", input_uncached=101, output_text=41),
        span(3, trace_id=OTHER_TRACE, **SDK, response_id="msg_1", input_uncached=101, output_text=41),
    )
    assert told.warehouse.query("SELECT task_id, workflow, spans, calls FROM tasks").rows() == [("T-9", "rag", 3, 1)]


def test_a_task_of_several_traces_is_one_task_with_its_latest_outcome() -> None:
    told = Told()
    decided = START + dt.timedelta(hours=1)
    told.tell(
        span(1, task_id="T-7", input_uncached=10, output_text=1),
        outcomes=[{"row": 0, "kind": "resolution", "status": "resolved", "decided_at": START, "source": "assumed"}],
    )
    told.tell(
        span(2, trace_id=OTHER_TRACE, at=600, task_id="T-7", input_uncached=10, output_text=1),
        outcomes=[{"row": 0, "kind": "resolution", "status": "escalated", "decided_at": decided, "source": "human"}],
    )
    assert told.warehouse.query("SELECT calls, outcome_status, decided_at FROM tasks").rows() == [
        (2, "escalated", decided)
    ]


def test_a_failed_attempt_costs_nothing_and_is_not_a_billed_call() -> None:
    told = Told()
    told.tell(span(1, status="error"), span(2, at=2, input_uncached=10, output_text=1))
    assert told.calls("billed, failed, cost_usd IS NULL") == [(False, True, False), (True, False, False)]


def test_a_model_nobody_sells_is_unpriced_and_never_free() -> None:
    told = Told()
    told.tell(span(1, response_model="gpt-9", input_uncached=10, output_text=1))
    assert told.calls("cost_usd, unpriced_because") == [
        (None, "no price for gpt-9 at openai on 2026-10-03 (input_uncached, output_text)")
    ]


def test_a_count_too_large_to_be_priced_is_unpriced_and_stops_nobody_else() -> None:
    told = Told()
    told.tell(span(1, input_uncached=2**52, output_text=1), span(2, at=2, input_uncached=10, output_text=1))
    assert told.calls("cost_usd IS NULL") == [(True,), (False,)]


def test_parents_that_form_a_ring_end() -> None:
    told = Told()
    told.tell(span(1, **inside(2), input_uncached=10, output_text=1), span(2, **inside(1), role="agent"))
    assert told.calls("input_uncached") == [(10,)]


def test_only_what_new_spans_touch_is_computed_again() -> None:
    told = Told()
    told.tell(*(span(number, trace_id=f"{number:032x}", at=number * 7200, input_uncached=9) for number in range(40)))
    _, refreshed = told.tell(span(99, trace_id=f"{3:032x}", at=3 * 7200, input_uncached=9))
    assert (refreshed.calls, refreshed.tasks, refreshed.hours) == (2, 1, 1)


def test_every_hour_is_the_sum_of_its_calls_after_a_fold_moved_one() -> None:
    told = Told()
    told.tell(span(1, at=3599, lasts=5, **INSTRUMENTOR, input_uncached=101, output_text=41))
    told.tell(
        span(2, at=3601, lasts=3, **SDK, trace_id=OTHER_TRACE, response_id="msg_1", input_uncached=101, output_text=41)
    )
    assert told.warehouse.query("SELECT hour_at, calls FROM hours").rows() == [(START + dt.timedelta(hours=1), 1)]


def test_a_clock_that_is_years_off_is_booked_when_it_was_heard_of() -> None:
    told = Told()
    years_back, next_week = -50 * 365 * 86400, 7 * 86400
    told.tell(
        span(1, at=years_back, input_uncached=1),
        span(2, at=next_week, input_uncached=1),
        span(3, at=-86400, input_uncached=1),
    )
    assert told.calls("started_at") == [(START - dt.timedelta(days=1),), (START,), (START,)]
