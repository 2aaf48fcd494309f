"""Entries become columns: ids, times, canonical texts, and the same rows however they were sent."""

from __future__ import annotations

import gzip
import zlib
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from otlp_requests import RECEIVED, START_NS, entries, entry, request, span

from ingest.wire import columns

SECOND = 1_000_000_000
YEAR_2200_NS = 7_258_118_400 * SECOND

JSON_BODY = b"""{"resourceSpans": [{
  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "bot"}}]},
  "scopeSpans": [{"scope": {"name": "s", "version": "1"}, "spans": [{
    "traceId": "07070707070707070707070707070707", "spanId": "0000000000000001", "name": "chat", "kind": 3,
    "startTimeUnixNano": "1790000000000000000", "endTimeUnixNano": 1790000001000000000, "someday": 1,
    "attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "5"}},
                   {"key": "names", "value": {"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": "2"}]}}}]
  }]}]}]}"""


def values(attributes: dict[str, Any]) -> dict[str, str | None]:
    read = columns([entry(request(span(attributes)))])
    return dict(read.attributes.named().select("key", "value").iter_rows())


def test_ids_are_lower_case_hex_and_a_root_has_no_parent() -> None:
    spans = columns(entries([span(number=171, parent=0), span(number=2, parent=171)])).spans
    assert spans.select("trace_id", "span_id", "parent_span_id").rows() == [
        ("07" * 16, "00000000000000ab", None),
        ("07" * 16, "0000000000000002", "00000000000000ab"),
    ]


def test_times_are_naive_utc_in_microseconds() -> None:
    spans = columns(entries([span(start_time_unix_nano=START_NS + 1_999, end_time_unix_nano=START_NS + SECOND)])).spans
    start = RECEIVED.replace(tzinfo=None)
    assert spans.select("started_at", "ended_at").row(0) == (
        start + timedelta(microseconds=1),
        start + timedelta(seconds=1),
    )


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("as it is", "as it is"),
        ("", ""),
        (-7, "-7"),
        (9_223_372_036_854_775_807, "9223372036854775807"),
        (0.2, "0.2"),
        (5.0, "5.0"),
        (True, "true"),
        (False, "false"),
        (b"\x00\xff", "AP8="),
        (["stop", 1, None], '["stop",1,null]'),
        ([], "[]"),
        ({"a": {"b": [1.5, False]}}, '{"a":{"b":[1.5,false]}}'),
        (None, None),
    ],
)
def test_every_kind_of_value_has_one_text(sent: Any, text: str | None) -> None:
    assert values({"key": sent}) == {"key": text}


def test_of_a_key_sent_twice_the_last_value_stands() -> None:
    twice = span({"key": "first", "other": 1})
    twice.attributes.add(key="key").value.string_value = "last"
    read = columns([entry(request(twice))])
    assert read.attributes.named().select("key", "value").rows() == [("other", "1"), ("key", "last")]


def test_what_has_no_resource_no_scope_and_no_status_is_read_all_the_same() -> None:
    bare = request(span())
    bare.resource_spans[0].ClearField("resource")
    bare.resource_spans[0].scope_spans[0].ClearField("scope")
    bare.resource_spans[0].scope_spans[0].spans[0].ClearField("status")
    spans = columns([entry(bare)]).spans
    assert spans.select("scope_name", "scope_version", "status").row(0) == ("", "", "unset")


def test_json_gives_what_protobuf_gives() -> None:
    told = columns([entry(JSON_BODY, content_type="application/json; charset=utf-8")])
    assert told.spans.select("trace_id", "name", "started_at").row(0) == (
        "07" * 16,
        "chat",
        datetime(2026, 9, 21, 14, 13, 20),
    )
    assert told.attributes.named().select("key", "value").rows() == [
        ("gen_ai.usage.input_tokens", "5"),
        ("names", '["a",2]'),
    ]
    assert told.resources.named().select("key", "value").rows() == [("service.name", "bot")]


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_bodies_are_inflated(encoding: str, compress: Any) -> None:
    body = compress(request(span(), span(number=2)).SerializeToString())
    assert columns([entry(body, content_encoding=encoding)]).spans.height == 2


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"body": b"\xff\xff\xff\xff\x01"}, "not an OTLP trace request"),
        ({"body": b"\x1f\x8bnot gzip", "content_encoding": "gzip"}, "gzip"),
        ({"body": b"{", "content_type": "application/json"}, "JSON"),
    ],
)
def test_an_entry_that_cannot_be_read_is_a_fault_beside_the_others(broken: dict[str, Any], reason: str) -> None:
    good = entry(request(span()))
    read = columns([good, entry(broken.pop("body", b""), **broken), good])
    assert read.spans["entry"].to_list() == [0, 2]
    assert [(number, reason in fault.sentence) for number, fault in read.faults] == [(1, True)]


def test_nothing_gives_empty_columns() -> None:
    read = columns([])
    assert (read.spans.height, read.attributes.pairs.height, read.events.height) == (0, 0, 0)


@pytest.mark.parametrize(
    ("times", "quality"),
    [
        ((START_NS, START_NS + SECOND), None),
        ((START_NS, START_NS), None),
        ((START_NS, START_NS - 1_000), "ends before it starts"),
        ((0, 0), "starts before the year 2000"),
        ((YEAR_2200_NS, YEAR_2200_NS + 1), "starts more than a day after it was received"),
        ((START_NS, YEAR_2200_NS), "ends more than a day after it was received"),
        ((START_NS + 86_399 * SECOND, START_NS + 86_400 * SECOND), None),
        ((2**64 - 1, 2**64 - 1), "starts more than a day after it was received"),
    ],
)
def test_odd_times_are_kept_and_said_to_be_odd(times: tuple[int, int], quality: str | None) -> None:
    read = columns(entries([span(start_time_unix_nano=times[0], end_time_unix_nano=times[1])]))
    assert read.spans["quality"].to_list() == [quality]


texts = st.text(st.characters(codec="utf-8"), max_size=6)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), texts)
attributes = st.dictionaries(
    st.sampled_from(["a", "b", "gen_ai.c", "d.e"]),
    st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(texts, scalars, max_size=2)),
    max_size=4,
)
spans = st.lists(
    st.builds(span, attributes, number=st.integers(1, 9), events=st.lists(st.tuples(texts, attributes), max_size=2)),
    max_size=6,
)


@given(spans, st.lists(st.integers(0, 6), max_size=4))
def test_any_split_into_entries_gives_the_same_rows(sent: list[Any], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(sent)]
    split = columns(entries(*(sent[since:until] for since, until in pairwise(edges))))
    whole = columns(entries(sent))
    assert split.spans.drop("entry", "resource").equals(whole.spans.drop("entry", "resource"))
    assert split.attributes.named().equals(whole.attributes.named())
    assert split.events.equals(whole.events)
    assert split.event_attributes.named().equals(whole.event_attributes.named())


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
def test_the_text_of_a_double_gives_the_same_double_back(sent: list[float]) -> None:
    read = columns(entries([span({f"d{place}": value for place, value in enumerate(sent)})]))
    assert read.attributes.pairs["value"].cast(pl.Float64).to_list() == sent
