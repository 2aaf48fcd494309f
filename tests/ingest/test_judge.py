"""Which spans nobody could ever count or find again, and what is told of them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from otlp_bodies import JSON, PROTOBUF, received, spans_in, written
from otlp_requests import CHAT, request, span

ODD_IDS: list[tuple[str, dict[str, Any]]] = [
    ("trace id of 15 bytes", {"trace_id": bytes([1] * 15)}),
    ("trace id of 0 bytes", {"trace_id": b""}),
    ("span id of 9 bytes", {"span_id": bytes([1] * 9)}),
    ("parent span id of 3 bytes", {"parent_span_id": b"abc"}),
    ("zeros only", {"trace_id": bytes(16)}),
    ("zeros only", {"span_id": bytes(8)}),
]


@pytest.mark.parametrize(("words", "fields"), ODD_IDS)
def test_a_span_with_a_bad_id_is_left_out_and_its_neighbours_are_kept(words: str, fields: dict[str, Any]) -> None:
    bad = span(number=2)
    for name, value in fields.items():
        setattr(bad, name, value)
    receipt = received(request(span(CHAT), bad, span(CHAT, number=3)).SerializeToString())
    kept = [told.span_id[-1] for told in spans_in(receipt)]
    assert (kept, receipt.spans, receipt.rejected, [words in f.sentence for f in receipt.faults]) == (
        [1, 3],
        2,
        1,
        [True],
    )


COUNTS: list[tuple[Any, str]] = [
    (-3, "= -3; token counts cannot be negative"),
    (-(2**63), "cannot be negative"),
    (2**53, "less than 2^53"),
    (2**63 - 1, "less than 2^53"),
    (-0.5, "cannot be negative"),
    (1e300, "less than 2^53"),
    (math.nan, "= nan; a token count is a number"),
    (math.inf, "a token count is a number"),
]


@pytest.mark.parametrize(("count", "words"), COUNTS)
@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
@pytest.mark.parametrize("key", ["gen_ai.usage.output_tokens", "llm.token_count.prompt", "ai.usage.promptTokens"])
def test_a_token_count_that_cannot_be_names_the_span_and_the_field(
    count: Any, words: str, content_type: str, key: str
) -> None:
    body = written(request(span(CHAT), span({key: count}, number=2)), content_type)
    receipt = received(body, content_type)
    [fault] = receipt.faults
    assert (receipt.spans, fault.culprit, key in fault.sentence, words in fault.sentence) == (
        1,
        "span 0000000000000002",
        True,
        True,
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.usage.output_tokens": 2**53 - 1},
        {"gen_ai.request.max_tokens": -1},
        {"llm.max_tokens": -1},
        {"gen_ai.usage.cost": -0.5},
        {"app.offset": -7, "app.clock_ns": 1795219200000000000, "app.ratio": -0.25},
    ],
)
def test_a_large_or_negative_number_that_counts_no_tokens_used_is_kept(attributes: dict[str, Any]) -> None:
    body = request(span(attributes)).SerializeToString()
    assert received(body).body == body


def test_a_nan_of_vercels_sdk_says_that_nothing_was_reported_and_other_oddities_are_refused_still() -> None:
    told = {"ai.operationId": "ai.streamText.doStream", "ai.usage.promptTokens": math.nan}
    body = request(span(told), span(told | {"ai.usage.completionTokens": -1}, number=2)).SerializeToString()
    receipt = received(body)
    assert (receipt.spans, [fault.culprit for fault in receipt.faults]) == (1, ["span 0000000000000002"])


def test_a_bad_count_inside_a_map_or_an_event_is_found() -> None:
    inside = span({"usage": {"output_tokens": -1}}, number=2)
    event = span(number=3, events=[("usage", {"input_tokens": -1})])
    assert received(request(inside, event, span()).SerializeToString()).rejected == 2


@pytest.mark.parametrize(
    ("start", "end"),
    [(2, 1), (0, 0), (1, 2), (7258118400000000000, 7258118401000000000), (2**64 - 1, 2**64 - 1)],
)
def test_odd_times_are_kept(start: int, end: int) -> None:
    body = request(span(CHAT, start_time_unix_nano=start, end_time_unix_nano=end)).SerializeToString()
    assert received(body).body == body


def test_only_the_first_faults_of_many_are_kept_and_the_others_are_counted() -> None:
    bad = [span({"x_tokens": -1}, number=number) for number in range(1, 31)]
    receipt = received(request(*bad, span(CHAT, number=99)).SerializeToString(), faults_kept=10)
    assert (receipt.rejected, len(receipt.faults), receipt.faults[-1].sentence) == (
        30,
        11,
        "20 more spans of it were refused; its first 10 are told",
    )


def test_a_refused_span_leaves_a_record_without_its_texts() -> None:
    bad = span({"gen_ai.usage.output_tokens": -3, "user.id": "u-7", "gen_ai.prompt": "CANARY"}, name="chat gpt")
    [fault] = received(request(bad).SerializeToString()).faults
    assert json.loads(fault.record or "") == {
        "trace_id": "07" * 16,
        "span_id": "0000000000000001",
        "name": "chat gpt",
        "start_time_unix_nano": bad.start_time_unix_nano,
        "end_time_unix_nano": bad.end_time_unix_nano,
        "attributes": {"gen_ai.usage.output_tokens": -3, "user.id": "u-7"},
    }


def test_the_record_of_a_refused_span_is_small() -> None:
    bad = span({f"key.{n}": "x" * 200 for n in range(5_000)} | {"a_tokens": -1})
    [fault] = received(request(bad).SerializeToString()).faults
    assert json.loads(fault.record or "")["attributes"] == 5_001
