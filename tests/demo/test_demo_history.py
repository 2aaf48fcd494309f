"""A history is the same whenever it is told, as long as it is long, and in the order in which it would have come."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from fortnights import NOW, Drawn
from recount import spans

from outlay.demo import OUTCOMES, CloseMonth, History, Refresh, Send, script


def digest(now: dt.datetime, seed: int) -> str:
    told = hashlib.sha256()
    for step in script(now, days=2, seed=seed):
        told.update(step.body if isinstance(step, Send) else repr(step).encode())
    return told.hexdigest()


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert digest(NOW, seed=7) == digest(NOW, seed=7)


def test_another_seed_is_another_history() -> None:
    assert digest(NOW, seed=7) != digest(NOW, seed=8)


def test_three_months_are_a_hundred_thousand_spans_in_three_closed_months() -> None:
    history = History(dt.datetime(2026, 11, 21, 1, 7, tzinfo=dt.UTC))
    steps = [type(step) for step in history]
    ledger = history.ledger
    assert ledger.spans >= 100_000
    assert {steps.count(CloseMonth), steps.count(Refresh) - 1} == {3}
    assert all(25_000 * 3 > total.cost_usd > 0 for total in ledger.totals(by=("month",)))


def test_a_request_holds_about_five_hundred_spans_and_never_half_a_task(fortnight: Drawn) -> None:
    assert max(send.spans for send in fortnight.sends) <= 550


def test_progress_only_goes_forward_between_two_closes(fortnight: Drawn) -> None:
    done = [send.progress for send in fortnight.sends]
    assert (min(done) >= 0, max(done) <= 1, done[-1] > 0.9) == (True, True, True)


def test_nothing_is_told_that_has_not_happened_yet(fortnight: Drawn) -> None:
    now_ns = int(fortnight.history.now.timestamp()) * 1_000_000_000
    assert [span for span in fortnight.spans if span.started_ns > now_ns] == []


def test_a_month_is_closed_on_the_third_of_the_next_after_everything_sent_was_counted(fortnight: Drawn) -> None:
    [close] = fortnight.closes
    assert close == CloseMonth("2026-10", dt.datetime(2026, 11, 3, 8, tzinfo=dt.UTC))
    assert fortnight.is_settled_before(close)


def test_spans_of_a_closed_month_come_after_its_close(fortnight: Drawn) -> None:
    [close] = fortnight.closes
    november = dt.datetime(2026, 10, 31, 23, tzinfo=dt.UTC).timestamp() * 1_000_000_000
    later = spans(step for step in fortnight.after(close) if isinstance(step, Send) and step.path != OUTCOMES)
    assert {span.resource["service.name"] for span in later if span.started_ns < november} == {"dispatch-vans"}


@pytest.mark.parametrize("hour", [0, 1, 9, 23])
def test_a_history_may_end_at_any_hour(hour: int) -> None:
    history = History(dt.datetime(2026, 3, 1, hour, 30, tzinfo=dt.UTC), days=1)
    assert [type(step) for step in history][-1] is Refresh


def test_json_gzip_and_plain_protobuf_are_all_spoken(fortnight: Drawn) -> None:
    assert {(send.content_type, send.content_encoding) for send in fortnight.sends} == {
        ("application/json", None),
        ("application/x-protobuf", "gzip"),
        ("application/x-protobuf", None),
    }


def test_some_requests_are_sent_again_byte_for_byte(fortnight: Drawn) -> None:
    bodies = [send.body for send in fortnight.sends]
    again = {body for body in bodies if bodies.count(body) == 2}
    once = {send.body: send.spans - send.refused for send in fortnight.sends}
    assert sum(once[body] for body in again) == fortnight.history.ledger.resent_spans > 0
