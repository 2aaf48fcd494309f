"""Texts stop at the door: no prompt reaches the journal, what identifies a call does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from otlp_bodies import JSON, PROTOBUF, attribute, json_request, json_span, received, spans_in, written
from otlp_requests import CHAT, any_value, request, span

from ingest import Limits
from ingest.text_search import has_content
from ingest.texts import CONTENT_EVENTS, MESSAGES, SETTINGS, TEXTS, Carries, carries

CANARY = "tell nobody that the canary sings at noon"
MOST = Limits().residue_bytes
RULES = " ".join([*TEXTS.values(), SETTINGS, MESSAGES]).split()


def spelled(rule: str) -> str:
    """A key that the rule is for."""
    return rule.replace("#", "0").replace("~", "openai").replace("*", ".0.x" if rule.endswith("e*") else "0.x")


def hidden(value: str) -> list[Any]:
    """A canary in the shapes a value may have."""
    return [
        value,
        json.dumps({"messages": [{"content": value}]}),
        repr({"messages": [{"content": value}]}),
        [value, "x"],
        {"role": "user", "content": value},
        {"parts": [{"text": [value]}]},
        value.encode(),
    ]


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in MESSAGES.split()])
@pytest.mark.parametrize("content_type", [PROTOBUF, JSON])
def test_no_canary_survives_under_any_key_that_carries_texts(rule: str, content_type: str) -> None:
    key = spelled(rule)
    spans = []
    for number, value in enumerate(hidden(CANARY), start=1):
        told = span(CHAT | {key: value}, number=number, events=[("something", {key: value})])
        told.links.append(Span.Link(trace_id=bytes([1] * 16), span_id=bytes([1] * 8)))
        told.links[0].attributes.add(key=key).value.CopyFrom(any_value(value))
        told.attributes.add(key="app.request").value.CopyFrom(any_value({"inner": [{key: value}]}))
        spans.append(told)
    sent = request(*spans, resource={key: CANARY})
    sent.resource_spans[0].scope_spans[0].scope.attributes.add(key=key).value.string_value = CANARY
    receipt = received(written(sent, content_type), content_type)
    kept = receipt.body + repr(receipt.faults).encode()
    assert (receipt.spans, b"canary" in kept, CANARY[:9].encode() in kept) == (len(spans), False, False)


@pytest.mark.parametrize("rule", CONTENT_EVENTS.split())
def test_no_canary_survives_in_an_event_that_is_a_text(rule: str) -> None:
    event = (spelled(rule), {"told": CANARY, "parts": [CANARY], "role": "user", "gen_ai.system": "openai"})
    receipt = received(request(span(CHAT, events=[event])).SerializeToString())
    [kept] = spans_in(receipt)[0].events
    facts = {a.key: a.value.string_value for a in kept.attributes if a.key not in {"told", "parts"}}
    assert (b"canary" in receipt.body, facts) == (False, {"role": "user", "gen_ai.system": "openai"})


@pytest.mark.parametrize("key", MESSAGES.split())
def test_of_a_message_only_the_beginning_is_kept(key: str) -> None:
    receipt = received(
        request(span({key: "e" * 199 + CANARY}, events=[("exception", {key: "e" * 199 + CANARY})])).SerializeToString()
    )
    [kept] = spans_in(receipt)
    assert (kept.attributes[0].value.string_value, b"canary" in receipt.body) == ("e" * 199 + "…", False)


def test_of_a_status_only_the_beginning_is_kept() -> None:
    told = span(CHAT)
    told.status.message = "Error code: 400 " + "e" * 190 + CANARY
    receipt = received(request(told).SerializeToString())
    assert (len(spans_in(receipt)[0].status.message), b"canary" in receipt.body) == (200, False)


def test_no_canary_survives_in_what_no_room_knows() -> None:
    told = request(span({"input.value": "x"})).resource_spans[0]
    inside = told.scope_spans[0].spans[0]
    inside.MergeFromString(b"\xfa\x07" + bytes([len(CANARY)]) + CANARY.encode())  # field 127
    sent = request()
    sent.resource_spans[0].CopyFrom(told)
    assert b"canary" not in received(sent.SerializeToString()).body


def test_no_canary_survives_in_the_reason_of_a_refusal() -> None:
    bad = [
        json_span(spanId=f"{n:016x}", attributes=[attribute("k", value)])
        for n, value in enumerate(
            [{"intValue": CANARY}, {"doubleValue": CANARY}, {"boolValue": CANARY}, CANARY], start=1
        )
    ]
    assert b"canary" not in repr(received(json_request(*bad, json_span(kind=CANARY)), JSON).faults).encode()


def test_what_identifies_a_call_is_kept() -> None:
    facts = CHAT | {
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.guardrail.result.type": "blocked",
        "gen_ai.evaluation.name": "relevance",
        "gen_ai.evaluation.score.label": "good",
        "gen_ai.tool.name": "get_weather",
        "gen_ai.prompt.name": "triage",
        "gen_ai.prompt.version": "7",
        "llm.prompt_template.version": "v3",
        "tool.name": "get_weather",
        "input.mime_type": "application/json",
        "metadata": '{"session_id": "s-1"}',
        "langfuse.observation.usage_details": '{"input": 5}',
        "gen_ai.usage.raw": '{"completion_tokens": 41}',
        "outlay.team": "support",
        "llm.model_name": "gpt-4o-mini",
        "ai.response.id": "chatcmpl-1",
        "exception.type": "RateLimitError",
        "message.size": 5,
    }
    body = request(span(facts)).SerializeToString()
    assert received(body).body == body


def test_names_inside_a_family_of_texts_are_kept_and_only_while_they_are_short() -> None:
    sent = {
        "llm.input_messages.0.message.role": "user",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "get_weather",
        "gen_ai.completion.0.finish_reason": "stop",
        "retrieval.documents.0.document.id": "doc-1",
        "retrieval.documents.0.document.score": 0.5,
        "llm.input_messages.1.message.name": CANARY * 10,
    }
    [kept] = spans_in(received(request(span(sent)).SerializeToString()))
    told = {a.key: a.value.string_value or a.value.double_value for a in kept.attributes}
    assert (told | {"llm.input_messages.1.message.name": ""}, "canary" in str(told)) == (
        sent | {"llm.input_messages.1.message.name": ""},
        False,
    )


SETTING = {"model": "gpt-4o-mini", "temperature": 0.2, "stream": True, "max_tokens": 300, "stop": None}


def test_of_settings_the_numbers_and_names_are_kept() -> None:
    sent = SETTING | {"instructions": CANARY, "messages": [{"content": CANARY}], "reasoning": {"effort": "low"}}
    [kept] = spans_in(received(request(span({"llm.invocation_parameters": json.dumps(sent)})).SerializeToString()))
    told = json.loads(kept.attributes[0].value.string_value)
    assert told == SETTING | {"instructions": None, "messages": [{"content": None}], "reasoning": {"effort": "low"}}


def test_settings_without_texts_leave_the_request_as_it_came() -> None:
    body = request(span({"llm.invocation_parameters": json.dumps(SETTING)})).SerializeToString()
    assert received(body).body == body


jsonish = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["usage", "id", "model", "a"]) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from([spelled(rule) for rule in RULES]), jsonish | st.text()), max_size=4))
def test_redacting_again_changes_nothing(told: list[tuple[str, Any]]) -> None:
    sent = span(CHAT)
    for key, value in told:
        sent.attributes.add(key=key).value.string_value = value if isinstance(value, str) else json.dumps(value)
    once = received(request(sent).SerializeToString())
    assert received(once.body).body == once.body


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("value", ["x", 5, None])
def test_the_search_of_the_bytes_finds_every_key_of_the_table(rule: str, value: Any) -> None:
    body = request(span({"a": 1, spelled(rule): value, "z": 1})).SerializeToString()
    assert (has_content(body), carries(spelled(rule)) is not Carries.FACT) == (True, True)


@pytest.mark.parametrize("chars", [0, 90, 93, 94, 95, 96, 97, 120, 300, 20_000])
@pytest.mark.parametrize("shape", [lambda inner: inner, lambda inner: [inner], lambda inner: ["x", [inner]]])
def test_no_canary_survives_in_the_only_map_of_a_request(chars: int, shape: Any) -> None:
    receipt = received(request(span({"app": shape({"prompt": CANARY + "x" * chars})})).SerializeToString())
    assert b"canary" not in receipt.body


def test_no_canary_survives_under_a_long_key() -> None:
    receipt = received(request(span({"llm.input_messages." + "x" * 20_000: CANARY})).SerializeToString())
    assert b"canary" not in receipt.body


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_key_that_the_search_does_not_find_carries_no_text(key: str) -> None:
    body = request(span({key: "x"})).SerializeToString()
    assert has_content(body) or carries(key) is Carries.FACT


def test_a_value_that_is_called_like_a_key_is_no_text() -> None:
    sent = span(CHAT)
    reasons = sent.attributes.add(key="gen_ai.response.finish_reasons").value.array_value
    reasons.values.add(string_value="tool_calls")
    sent.attributes.add(key="gen_ai.output.type").value.string_value = "text"
    assert not has_content(request(sent).SerializeToString())
