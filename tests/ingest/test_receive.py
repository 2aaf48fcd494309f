"""What the socket takes, what it refuses, and what it leaves out beside the good spans."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from otlp_bodies import (
    COMPRESSIONS,
    JSON,
    PROTOBUF,
    as_json,
    attribute,
    json_request,
    json_span,
    received,
    spans_in,
    written,
)
from otlp_requests import CHAT, request, span

from ingest import Limits, Refused, receive
from ingest.inflate import inflate

GOOD = request(span(CHAT), resource={"service.name": "checkout"})
MANY_KINDS = request(
    span(CHAT | {"gen_ai.prompt": "text", "list": ["a", 1, 0.5, True, b"b"], "map": {"k": {"k": None}}}),
    span(CHAT, number=2, events=[("gen_ai.choice", {"message": "m"})], status=2),
    resource={"service.name": "checkout"},
)
GZIPPED = gzip.compress(GOOD.SerializeToString())


def refusal(body: bytes, content_type: str = PROTOBUF, encoding: str | None = None, **limits: int) -> Refused:
    with pytest.raises(Refused) as refused:
        received(body, content_type, encoding, **limits)
    return refused.value


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON, f"{JSON}; charset=utf-8", "Application/X-Protobuf"])
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_good_request_is_kept_as_it_came(content_type: str, compression: str) -> None:
    encoding, compress = COMPRESSIONS[compression]
    kind = content_type.lower().partition(";")[0]
    body = compress(written(GOOD, kind))
    receipt = received(body, content_type, encoding)
    assert (receipt.body, receipt.content_type, receipt.content_encoding, receipt.spans, receipt.faults) == (
        body,
        kind,
        encoding or "identity",
        1,
        (),
    )


@pytest.mark.parametrize(("body", "content_type"), [(b"", PROTOBUF), (b"{}", JSON), (b'{"resourceSpans":[]}', JSON)])
def test_an_empty_request_is_good(body: bytes, content_type: str) -> None:
    receipt = received(body, content_type)
    assert (receipt.spans, receipt.rejected, receipt.faults) == (0, 0, ())


@pytest.mark.parametrize(
    ("status", "words", "body", "content_type", "encoding"),
    [
        (415, "'zstd'", b"", PROTOBUF, "zstd"),
        (415, "one encoding", GZIPPED, PROTOBUF, "gzip, gzip"),
        (415, "'text/plain'", b"", "text/plain", None),
        (415, "''", b"", "", None),
        (400, "cut short", GZIPPED[:-4], PROTOBUF, "gzip"),
        (400, "cut short", b"", PROTOBUF, "gzip"),
        (400, "ends 4 bytes before", GZIPPED + b"junk", PROTOBUF, "gzip"),
        (400, "ends 4 bytes before", zlib.compress(b"") + b"junk", PROTOBUF, "deflate"),
        (400, "not gzip", b"not gzip", PROTOBUF, "gzip"),
        (400, "not deflate", b"\xff\xff", PROTOBUF, "deflate"),
        (400, "cut short", GOOD.SerializeToString()[:-3], PROTOBUF, None),
        (400, "looks like JSON", b'{"resourceSpans":[]}', PROTOBUF, None),
        (400, "cut short", b'{"resourceSpans":[', JSON, None),
        (400, "a list", b"[]", JSON, None),
        (400, "resourceSpans is a number", b'{"resourceSpans":5}', JSON, None),
        (400, "resourceSpans[0].scopeSpans[0]", b'{"resourceSpans":[{"scopeSpans":["x"]}]}', JSON, None),
        (400, "nested too deep", b'{"resourceSpans":' + b"[" * 5000 + b"]" * 5000 + b"}", JSON, None),
        (400, "not JSON", b'{"resourceSpans":[],"n":' + b"9" * 5000 + b"]", JSON, None),
    ],
)
def test_what_can_never_be_read_is_refused_with_its_reason(
    status: int, words: str, body: bytes, content_type: str, encoding: str | None
) -> None:
    refused = refusal(body, content_type, encoding)
    assert (refused.status, words in refused.sentence) == (status, True), refused.sentence


def test_another_signal_is_not_found() -> None:
    with pytest.raises(Refused) as refused:
        receive(signal="profiles", content_type=PROTOBUF, content_encoding=None, body=b"", limits=Limits())
    assert (refused.value.status, "profiles" in refused.value.sentence) == (404, True)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_the_limit_holds_after_decompression_to_the_byte(compression: str) -> None:
    encoding, compress = COMPRESSIONS[compression]
    exact = inflate(compress(bytes(1000)), encoding or "identity", 1000)
    with pytest.raises(Refused) as refused:
        inflate(compress(bytes(1001)), encoding or "identity", 1000)
    assert (len(exact), refused.value.status) == (1000, 413)


def test_gzip_may_come_in_members() -> None:
    body = GOOD.SerializeToString()
    assert received(gzip.compress(body[:50]) + gzip.compress(body[50:]), PROTOBUF, "gzip").spans == 1


def test_a_body_of_ever_more_members_is_refused() -> None:
    assert "parts" in refusal(gzip.compress(b"") * 10_000, PROTOBUF, "gzip").sentence


def test_a_span_whose_text_is_not_utf8_is_left_out_of_a_protobuf_request() -> None:
    good, bad = span(CHAT), span({"note": "HERE"}, number=2)
    body = request(good, bad).SerializeToString().replace(b"HERE", b"\xff\xfe\xfd\xfc")
    receipt = received(body)
    assert (receipt.spans, receipt.rejected, receipt.faults[0].culprit) == (1, 1, "span 0000000000000002")


def test_a_resource_that_is_not_utf8_costs_only_its_own_spans() -> None:
    told = request(span(CHAT), resource={"service.name": "HERE"})
    told.MergeFrom(request(span(CHAT, number=2)))
    receipt = received(told.SerializeToString().replace(b"HERE", b"\xff\xfe\xfd\xfc"))
    assert ([s.span_id[-1] for s in spans_in(receipt)], receipt.rejected) == ([2], 1)


def field(number: int, body: bytes) -> bytes:
    """A protobuf field that holds bytes."""
    size = len(body)
    length = b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + body


def test_a_thousand_levels_in_one_span_cost_that_span_in_protobuf() -> None:
    value = b"\x18\x01"
    for _ in range(1000):
        value = field(5, field(1, value))
    deep = span(number=1).SerializeToString() + field(9, field(1, b"deep") + field(2, value))
    spans = field(2, deep) + field(2, span(CHAT, number=2).SerializeToString())
    receipt = received(field(1, field(2, spans)))
    [fault] = receipt.faults
    assert (receipt.spans, fault.culprit, "nested too deep" in fault.sentence) == (1, "span 0000000000000001", True)


def test_a_hundred_levels_in_one_span_cost_that_span_in_json() -> None:
    value: dict[str, Any] = {"intValue": 1}
    for _ in range(100):
        value = {"arrayValue": {"values": [value]}}
    deep = json_span(attributes=[attribute("deep", value)])
    receipt = received(json_request(deep, json_span(spanId="00000000000000ff")), JSON)
    [fault] = receipt.faults
    assert (receipt.spans, fault.culprit, "nested too deep" in fault.sentence) == (1, "span eee19b7ec3c1b174", True)


def test_whatever_json_is_taken_can_be_read_again_as_protobuf() -> None:
    deepest = Limits().depth
    value: dict[str, Any] = {"intValue": 1}
    for _ in range(deepest):
        value = {"kvlistValue": {"values": [{"key": "k", "value": value}]}}
    told = as_json(request(span(CHAT), span(CHAT, number=2)))
    spans = told["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[0]["events"] = [{"attributes": [{"key": "deep", "value": value}]}]
    spans[1]["spanId"] = "zz"  # a fault makes the rest be written anew
    receipt = received(json.dumps(told).encode(), JSON)
    assert (receipt.rejected, len(ExportTraceServiceRequest.FromString(receipt.body).resource_spans)) == (1, 1)


def test_a_depth_that_could_not_be_read_again_is_no_setting() -> None:
    with pytest.raises(ValueError, match="could not be read again"):
        Limits(depth=31)


def test_every_limit_says_why() -> None:
    assert [name for name, why in Limits.reasons().items() if len(why.split()) < 8] == []


SPAN = field(1, bytes([1] * 16)) + field(2, bytes([2] * 8))
CRUMBS = {
    "resources": lambda size: b"\x0a\x00" * (size // 2),
    "scopes": lambda size: field(1, b"\x12\x00" * (size // 2)),
    "spans": lambda size: field(1, field(2, b"\x12\x00" * (size // 2))),
    "attributes": lambda size: field(1, field(2, field(2, SPAN + b"\x4a\x00" * (size // 2)))),
    "events": lambda size: field(1, field(2, field(2, SPAN + b"\x5a\x00" * (size // 2)))),
    "links": lambda size: field(1, field(2, field(2, SPAN + b"\x6a\x00" * (size // 2)))),
    "values": lambda size: field(1, field(2, field(2, SPAN + field(9, field(2, field(5, b"\x0a\x00" * (size // 2))))))),
}


@pytest.mark.parametrize("kind", CRUMBS)
def test_a_body_of_ten_million_crumbs_is_refused_before_it_is_read(kind: str) -> None:
    began = time.thread_time()
    refused = refusal(CRUMBS[kind]((20 << 20) - 100))
    assert (refused.status, "pieces" in refused.sentence, time.thread_time() - began < 3) == (413, True, True)


@pytest.mark.parametrize("crumb", [b"{},", b"[],", b"[[[["])
def test_json_of_ten_million_crumbs_is_refused_before_it_is_read(crumb: bytes) -> None:
    refused = refusal(b'{"resourceSpans":[' + crumb * ((20 << 20) // len(crumb) - 10), JSON)
    assert (refused.status, "pieces" in refused.sentence) == (413, True)


@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_more_spans_than_a_request_may_hold_are_refused(content_type: str) -> None:
    body = written(request(*(span(number=number) for number in range(1, 30))), content_type)
    refused = refusal(body, content_type, spans=20)
    assert (refused.status, refused.sentence) == (
        413,
        "the request holds more than 20 spans; send fewer in one request",
    )


def test_a_large_request_of_real_spans_is_no_crowd() -> None:
    told = CHAT | {"gen_ai.output.messages": '[{"role":"assistant","parts":[{"content":"a\\nb\nc"}]}]' * 40}
    body = request(*(span(told, number=number) for number in range(1, 6_000))).SerializeToString()
    assert (len(body) > 10 << 20, received(body).spans) == (True, 5_999)


def changed(body: bytes, changes: list[tuple[int, int]]) -> bytes:
    """The body with single bytes overwritten; a value beyond 255 cuts a byte out."""
    told = bytearray(body)
    for place, value in changes:
        told[place % len(told) : place % len(told) + 1] = bytes([value] if value < 256 else [])
    return bytes(told)


@settings(max_examples=300)
@given(
    content_type=st.sampled_from([PROTOBUF, JSON]),
    compression=st.sampled_from(sorted(COMPRESSIONS)),
    changes=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 300)), max_size=4),
)
def test_whatever_becomes_of_a_body_on_its_way_it_is_kept_or_refused(
    content_type: str, compression: str, changes: list[tuple[int, int]]
) -> None:
    encoding, compress = COMPRESSIONS[compression]
    body = changed(compress(written(MANY_KINDS, content_type)), changes)
    try:
        outcome = received(body, content_type, encoding).spans
    except Refused as refused:
        outcome = refused.status
    assert outcome in {0, 1, 2, 400}
