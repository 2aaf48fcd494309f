"""OTLP/JSON as the specification has it, rule by rule."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from otlp_bodies import JSON, attribute, json_request, json_span, received

from ingest import Fault, Limits
from ingest.json_values import any_value
from ingest.otlp_json import from_json
from ingest.signals import TRACES


def read(*spans: Any) -> list[Any]:
    """The good spans, as protobuf."""
    [of_resource] = from_json(json_request(*spans), Limits(), TRACES).request.resource_spans
    return list(of_resource.scope_spans[0].spans)


def faults(*spans: Any) -> tuple[Fault, ...]:
    return received(json_request(*spans), JSON).faults


def value_of(told: dict[str, Any]) -> AnyValue:
    [span] = read(json_span(attributes=[attribute("k", told)]))
    return span.attributes[0].value


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5_000, "-" + "9" * 5_000])
@pytest.mark.parametrize("field", ["intValue", "doubleValue"])
def test_a_number_without_end_costs_one_span_at_most(field: str, number: str) -> None:
    endless = json_span(attributes=[attribute("gen_ai.usage.input_tokens", {field: "HERE"})])
    body = json_request(endless, json_span(spanId="00000000000000aa")).replace(b'"HERE"', number.encode())
    assert (received(body, JSON).spans, received(body, JSON).rejected) == (1, 1)


@pytest.mark.parametrize("letters", [str.lower, str.upper, str.title])
def test_ids_are_hexadecimal_in_any_case(letters: Any) -> None:
    [span] = read(json_span(traceId=letters("5b8efff798038103d269b633813fc60c"), spanId=letters("eee19b7ec3c1b174")))
    assert (span.trace_id.hex(), span.span_id.hex()) == ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"traceId": "5" * 31}, "traceId is 31 characters long; 32 hexadecimal digits are expected"),
        ({"traceId": "5" * 33}, "traceId is 33 characters long; 32 hexadecimal digits are expected"),
        ({"traceId": "g" * 32}, "traceId is a text of 32 characters; 32 hexadecimal digits are expected"),
        ({"traceId": None}, "traceId is null; 32 hexadecimal digits are expected"),
        ({"traceId": 5}, "traceId is a number; 32 hexadecimal digits are expected"),
        ({"parentSpanId": "12"}, "parentSpanId is 2 characters long; 16 hexadecimal digits are expected"),
        ({"kind": "SPAN_KIND_SERVER"}, "kind is 'SPAN_KIND_SERVER'; enums are numbers in OTLP/JSON"),
        ({"kind": 1.5}, "kind is 1.5; an integer is expected"),
        ({"name": 5}, "name is a number; a text is expected"),
        ({"startTimeUnixNano": "-1"}, "startTimeUnixNano is '-1'; it does not fit its field"),
        ({"startTimeUnixNano": "2026-10-01"}, "startTimeUnixNano is '2026-10-01'; an integer is expected"),
        ({"endTimeUnixNano": True}, "endTimeUnixNano is True; an integer is expected"),
        ({"attributes": {}}, "attributes is an object; a list is expected"),
        ({"attributes": [5]}, "attributes[0] is a number; an object is expected"),
        ({"events": [{"name": []}]}, "events[0].name is a list; a text is expected"),
        ({"links": [{"spanId": "eee19b7ec3c1b174"}]}, "links[0].traceId is null"),
        ({"status": {"code": "STATUS_CODE_OK"}}, "status.code is 'STATUS_CODE_OK'; enums are numbers"),
    ],
)
def test_a_fault_names_the_span_and_the_field(fields: dict[str, Any], sentence: str) -> None:
    span = {key: value for key, value in (json_span() | fields).items() if value is not None}
    [fault] = faults(json_span(spanId="00000000000000aa"), span)
    assert fault.sentence.startswith(f"span eee19b7ec3c1b174: {sentence}"), fault.sentence


def test_a_span_whose_own_id_is_bad_is_named_by_its_place() -> None:
    [fault] = faults(json_span(), json_span(spanId="12"))
    assert fault.culprit == "resourceSpans[0].scopeSpans[0].spans[1]"


@pytest.mark.parametrize(
    ("told", "number"),
    [("5", 5), (5, 5), (5.0, 5), ("5.0", 5), ("-7", -7), ("9223372036854775807", 2**63 - 1), (-(2**63), -(2**63))],
)
def test_an_integer_is_a_text_or_a_number(told: Any, number: int) -> None:
    assert value_of({"intValue": told}).int_value == number


@pytest.mark.parametrize(
    "told", ["abc", "", " 5", "1_000", "0x5", "٥", 5.5, True, 2**63, "9223372036854775808", 1e30, [], {}]
)
def test_what_is_no_64_bit_integer_costs_its_span(told: Any) -> None:
    [fault] = faults(
        json_span(attributes=[attribute("my.count", {"intValue": told})]), json_span(spanId="0" * 15 + "1")
    )
    assert "attributes[0](my.count).value.intValue is " in fault.sentence, fault.sentence


@pytest.mark.parametrize(
    ("told", "number"),
    [(0.5, 0.5), (5, 5.0), ("1.5", 1.5), ("1e3", 1000.0), ("Infinity", math.inf), ("-Infinity", -math.inf)],
)
def test_a_double_is_a_number_or_a_text(told: Any, number: float) -> None:
    assert value_of({"doubleValue": told}).double_value == number


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"stringValue": "x"}, "string_value"),
        ({"stringValue": ""}, "string_value"),
        ({"boolValue": False}, "bool_value"),
        ({"arrayValue": {}}, "array_value"),
        ({"arrayValue": {"values": [{"stringValue": "x"}, {}]}}, "array_value"),
        ({"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "1"}}]}}, "kvlist_value"),
        ({"bytesValue": "AAEC"}, "bytes_value"),
        ({"stringValue": None, "intValue": 5}, "int_value"),
        ({"stringValue": "x", "valueOfTomorrow": 5}, "string_value"),
        ({}, None),
        ({"valueOfTomorrow": 5}, None),
    ],
)
def test_the_seven_kinds_of_value(told: dict[str, Any], kind: str | None) -> None:
    assert value_of(told).WhichOneof("value") == kind


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padded", [True, False])
def test_bytes_are_base64_in_either_alphabet(encode: Any, padded: bool) -> None:
    told = encode(b"\xfb\xff\xfe\x00").decode()
    assert value_of({"bytesValue": told if padded else told.rstrip("=")}).bytes_value == b"\xfb\xff\xfe\x00"


@pytest.mark.parametrize(
    "told",
    [
        {"stringValue": 5},
        {"boolValue": "true"},
        {"doubleValue": "much"},
        {"bytesValue": "!"},
        {"arrayValue": []},
        {"arrayValue": {"values": {}}},
        {"kvlistValue": {"values": [{"key": 5}]}},
        {"stringValue": "x", "intValue": 5},
        "x",
        5,
    ],
)
def test_a_value_of_the_wrong_kind_costs_its_span(told: Any) -> None:
    assert len(faults(json_span(attributes=[attribute("k", told)]))) == 1


def test_null_stands_for_absent_everywhere() -> None:
    names = ("parentSpanId", "traceState", "name", "kind", "attributes", "events", "links", "status", "endTimeUnixNano")
    [span] = read(json_span() | dict.fromkeys(names) | {"attributes": [{"key": "k", "value": None}]})
    assert (span.name, len(span.attributes), span.attributes[0].HasField("value")) == ("", 1, False)


def test_fields_nobody_knows_are_ignored_at_every_level() -> None:
    told = json.loads(json_request(json_span(colour="red", attributes=[{"key": "k", "value": {}, "unit": "x"}])))
    told["version"] = told["resourceSpans"][0]["x"] = told["resourceSpans"][0]["scopeSpans"][0]["x"] = {"y": [1]}
    receipt = received(json.dumps(told).encode(), JSON)
    assert (receipt.spans, receipt.faults) == (1, ())


def test_snake_case_is_unknown_and_the_sender_is_told() -> None:
    receipt = received(b'{"resource_spans":[]}', JSON)
    assert (receipt.spans, receipt.rejected, "lowerCamelCase" in receipt.faults[0].sentence) == (0, 0, True)


def test_a_key_given_twice_counts_as_its_last() -> None:
    body = json_request(json_span()).replace(b'"name": "chat"', b'"name": "chat", "name": "again"')
    assert from_json(body, Limits(), TRACES).request.resource_spans[0].scope_spans[0].spans[0].name == "again"


def test_a_wrong_attribute_of_a_resource_is_left_out_and_its_spans_are_kept() -> None:
    told = json.loads(json_request(json_span()))
    told["resourceSpans"][0]["resource"] = {
        "attributes": [attribute("service.name", {"stringValue": "s"}), attribute("pid", {"intValue": "abc"})]
    }
    receipt = received(json.dumps(told).encode(), JSON)
    assert (receipt.spans, receipt.rejected, receipt.faults[0].sentence) == (
        1,
        0,
        "resourceSpans[0].resource: attributes[1](pid).value.intValue is 'abc'; an integer is expected; it is left out",
    )


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (rb'"\ud800"', "surrogate"),
        (b'"\xff\xfe"', "not UTF-8"),
    ],
)
def test_a_text_that_is_no_unicode_costs_its_span_and_not_the_request(written: bytes, words: str) -> None:
    bad = json_span(spanId="00000000000000aa", attributes=[attribute("k", {"stringValue": "HERE"})])
    receipt = received(json_request(bad, json_span()).replace(b'"HERE"', written), JSON)
    [fault] = receipt.faults
    assert (receipt.spans, fault.culprit, words in fault.sentence) == (1, "span 00000000000000aa", True)


def test_a_bare_nan_costs_the_span_whose_count_it_is() -> None:
    bad = json_span(attributes=[attribute("gen_ai.usage.input_tokens", {"doubleValue": math.nan})])
    receipt = received(json_request(bad, json_span(spanId="00000000000000aa")), JSON)
    assert (receipt.spans, receipt.faults[0].culprit) == (1, "span eee19b7ec3c1b174")


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert received(b"\xef\xbb\xbf" + json_request(json_span()), JSON).spans == 1


def test_a_text_in_the_place_of_a_number_is_not_repeated() -> None:
    prompt = "my card is 4111 1111 1111 1111"
    [fault] = faults(json_span(attributes=[attribute("k", {"intValue": prompt})]))
    assert prompt[:10] not in f"{fault.sentence}{fault.record}"


NAMES = """
    key value stringValue intValue arrayValue kvlistValue values attributes spans events resource scope scopeSpans
    resourceSpans traceId spanId status links
"""
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=200)
@given(trees)
def test_whatever_json_comes_it_is_answered(tree: Any) -> None:
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [tree]}]}]}).encode()
    receipt = received(body, JSON)
    assert receipt.spans + receipt.rejected <= 1


@given(st.text() | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(allow_nan=False))
def test_the_quick_way_and_the_careful_way_read_the_same(value: Any) -> None:
    name = {str: "stringValue", int: "intValue", bool: "boolValue", float: "doubleValue"}[type(value)]
    careful = AnyValue()
    any_value({name: value, "valueOfTomorrow": 1}, careful, 8)
    assert value_of({name: value}) == careful
