"""Requests to measure with: a company's calls as OTLP, 512 spans each, every id unique, encoded beforehand.

A few hundred spans are written attribute by attribute; every request is a copy of such a template with other ids and
another time, which costs a tenth of a millisecond. The same seed gives the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPANS: Final = 512
SPANS_OF_A_TRACE: Final = 8
TEMPLATES: Final = 12
SEED: Final = 4
# Every id of a template is made of slots of 8 bytes that begin so, raw or as hex; a copy has others in their place.
MARK: Final = b"\xc5\x9a\x4e\xb1\xf7\x03"
SLOT: Final = len(MARK) + 2
# Slots of what outlives a request (traces, tasks, conversations), then of what does not (spans, responses).
LASTING: Final = 4 * SPANS
PASSING: Final = 4 * SPANS
HEX: Final = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)

# (provider, request model, response model), as often as a company asks each.
MODELS: Final = (
    *[("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18")] * 4,
    *[("openai", "gpt-5-mini", "gpt-5-mini-2025-08-07")] * 3,
    ("openai", "gpt-4o", "gpt-4o-2024-08-06"),
    *[("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929")] * 3,
    ("anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001"),
    ("gcp.gemini", "gemini-2.5-flash", "gemini-2.5-flash"),
)
# (team, workflow, service)
WORK: Final = (
    ("support", "ticket triage", "triage-bot"),
    ("support", "refunds", "refund-agent"),
    ("sales", "lead scoring", "lead-scorer"),
    ("engineering", "code review", "reviewer"),
    ("engineering", "release notes", "scribe"),
    ("finance", "invoice matching", "matcher"),
)
TEXT: Final = (
    "The customer writes that the parcel arrived with the lid cracked, and asks whether we replace it or refund it. "
    "Look at the order, at the carrier's photographs and at what we promised, then answer in their language. "
)


def attribute(key: str, value: Any) -> KeyValue:
    if isinstance(value, bool):
        return KeyValue(key=key, value=AnyValue(bool_value=value))
    if isinstance(value, int):
        return KeyValue(key=key, value=AnyValue(int_value=value))
    if isinstance(value, float):
        return KeyValue(key=key, value=AnyValue(double_value=value))
    if isinstance(value, list):
        return KeyValue(
            key=key, value=AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=each) for each in value]))
        )
    return KeyValue(key=key, value=AnyValue(string_value=value))


@dataclass(frozen=True, slots=True)
class Places:
    """Where ids stand in a request: offsets, and which of the request's ids stands at each."""

    offsets: npt.NDArray[np.int64]
    ids: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Template:
    """One request, and where in its bytes the times (8 bytes each), the raw ids and those in hex stand."""

    body: bytes
    first_at_ns: int
    times: npt.NDArray[np.int64]
    raw: Places
    hexed: Places


def bodies(
    count: int,
    *,
    first_at: datetime,
    every: timedelta,
    first: int = 0,
    spans: int = SPANS,
    text_chars: int = 0,
    again: int = 0,
) -> Iterator[bytes]:
    """`count` requests of `spans` spans, the first at `first_at`, each `every` after the one before.

    Requests of different numbers (from `first` up) share no id. With `again`, they are of the traces and tasks of the
    same numbers without it, but other spans of them. With `text_chars`, every second span carries a prompt and a
    completion of that many characters together. A request of one span holds a call.
    """
    for number in range(first, first + count):
        template = _template(number % TEMPLATES, spans, text_chars)
        at = first_at + (number - first) * every
        yield _copied(template, number, again, int(at.timestamp() * 1_000_000_000))


def _copied(template: Template, number: int, again: int, at_ns: int) -> bytes:
    of_traces = np.random.default_rng((SEED, number)).integers(0, 256, (LASTING, SLOT), dtype=np.uint8)
    of_spans = np.random.default_rng((SEED, number, again + 1)).integers(0, 256, (PASSING, SLOT), dtype=np.uint8)
    ids = np.concatenate([of_traces, of_spans])
    body = bytearray(template.body)
    raw = np.frombuffer(body, dtype=np.uint8)
    raw[template.raw.offsets[:, None] + np.arange(SLOT)] = ids[template.raw.ids]
    letters = HEX[np.stack([ids >> 4, ids & 15], axis=2)].reshape(len(ids), 2 * SLOT)
    raw[template.hexed.offsets[:, None] + np.arange(2 * SLOT)] = letters[template.hexed.ids]
    times = template.times[:, None] + np.arange(8)
    moved = np.ascontiguousarray(raw[times]).view("<u8") + np.uint64(at_ns - template.first_at_ns)
    raw[times] = moved.view(np.uint8).reshape(times.shape)
    return bytes(body)


def _places(body: bytes, mark: bytes, width: int) -> Places:
    offsets, ids = [], []
    at = body.find(mark)
    while at >= 0:
        number = body[at + len(mark) : at + width]
        offsets.append(at)
        ids.append(int.from_bytes(number, "big") if width == SLOT else int(number, 16))
        at = body.find(mark, at + width)
    return Places(np.array(offsets, dtype=np.int64), np.array(ids, dtype=np.int64))


def _slot(number: int) -> bytes:
    return MARK + number.to_bytes(2, "big")


@cache
def _template(number: int, spans: int, text_chars: int) -> Template:
    chance = random.Random(SEED * 1_000 + number)
    team, workflow, service = WORK[number % len(WORK)]
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.extend(
        [
            attribute("service.name", service),
            attribute("service.version", "2026.11.2"),
            attribute("service.instance.id", f"{service}-{number}"),
            attribute("deployment.environment.name", chance.choice(["production", "production", "staging"])),
            attribute("outlay.team", team),
            attribute("telemetry.sdk.language", "python"),
            attribute("telemetry.sdk.name", "opentelemetry"),
            attribute("telemetry.sdk.version", "1.45.0"),
        ]
    )
    calls = of_resource.scope_spans.add()
    calls.scope.name, calls.scope.version = "opentelemetry.instrumentation.openai_v2", "2.4b0"
    frame = of_resource.scope_spans.add()
    frame.scope.name, frame.scope.version = "acme.agents", "3.1"
    first_at_ns = 1_760_000_000_000_000_000
    for place in range(spans):
        trace, step = divmod(place, SPANS_OF_A_TRACE)
        writing = _Writing(chance, trace, place, first_at_ns + trace * 1_700_000_000, workflow, text_chars)
        if spans > 1 and step == 0:
            frame.spans.append(writing.agent())
        elif spans > 1 and step == SPANS_OF_A_TRACE - 1:
            frame.spans.append(writing.tool(step))
        else:
            calls.spans.append(writing.call(step, with_text=text_chars > 0 and place % 2 == 0))
    body = request.SerializeToString()
    found = [span for of_scope in of_resource.scope_spans for span in of_scope.spans]
    times = []
    start = 0
    for span in found:
        for tag, at in ((b"\x39", span.start_time_unix_nano), (b"\x41", span.end_time_unix_nano)):
            start = body.index(tag + at.to_bytes(8, "little"), start) + 1
            times.append(start)
    raw, hexed = _places(body, MARK, SLOT), _places(body, MARK.hex().encode(), 2 * SLOT)
    return Template(body, first_at_ns, np.array(times, dtype=np.int64), raw, hexed)


@dataclass(frozen=True, slots=True)
class _Writing:
    """The spans of one trace: an agent around six calls and a tool, a task of its own or shared by two traces."""

    chance: random.Random
    trace: int
    place: int
    since_ns: int
    workflow: str
    text_chars: int

    def agent(self) -> Span:
        span = self._span(0, f"invoke_agent {self.workflow}", 9_000)
        span.parent_span_id = b""
        span.attributes.extend(self._shared("invoke_agent"))
        span.attributes.extend(
            [
                attribute("outlay.outcome", self.chance.choice(["resolved", "resolved", "resolved", "escalated"])),
                attribute("gen_ai.agent.description.version", "7"),
            ]
        )
        return span

    def tool(self, step: int) -> Span:
        span = self._span(step, "execute_tool order_lookup", 120)
        span.attributes.extend(self._shared("execute_tool"))
        span.attributes.extend(
            [
                attribute("gen_ai.tool.name", self.chance.choice(["order_lookup", "search", "calculator"])),
                attribute("gen_ai.tool.type", "function"),
                attribute("gen_ai.tool.call.id", f"call_{self._passing(1).hex()}"),
            ]
        )
        return span

    def call(self, step: int, *, with_text: bool) -> Span:
        provider, asked, answered = self.chance.choice(MODELS)
        span = self._span(step, f"chat {asked}", self.chance.randint(400, 4_000))
        sent = self.chance.randint(300, 6_000)
        span.attributes.extend(self._shared("chat"))
        span.attributes.extend(
            [
                attribute("gen_ai.provider.name", provider),
                attribute("gen_ai.request.model", asked),
                attribute("gen_ai.response.model", answered),
                attribute("gen_ai.response.id", f"chatcmpl-{self._passing(1).hex()}{self._passing(2).hex()}"),
                attribute("gen_ai.response.finish_reasons", [self.chance.choice(["stop", "stop", "tool_calls"])]),
                attribute("gen_ai.request.temperature", 0.2),
                attribute("gen_ai.request.top_p", 1.0),
                attribute("gen_ai.request.max_tokens", 2_048),
                attribute("gen_ai.request.stream", self.chance.random() < 0.5),
                attribute("gen_ai.output.type", "text"),
                attribute("gen_ai.usage.input_tokens", sent),
                attribute("gen_ai.usage.cache_read.input_tokens", sent // 4 if step > 2 else 0),
                attribute("gen_ai.usage.output_tokens", self.chance.randint(20, 900)),
                attribute("server.address", "api.openai.com" if provider == "openai" else "gateway.acme.example"),
                attribute("server.port", 443),
            ]
        )
        if with_text:
            half = (TEXT * (self.text_chars // len(TEXT) + 1))[: self.text_chars // 2]
            span.attributes.append(attribute("gen_ai.input.messages", f'[{{"role":"user","content":"{half}"}}]'))
            span.attributes.append(attribute("gen_ai.output.messages", f'[{{"role":"assistant","content":"{half}"}}]'))
        return span

    def _lasting(self, trace: int, part: int) -> bytes:
        return _slot(4 * trace + part)

    def _passing(self, part: int) -> bytes:
        return _slot(LASTING + 4 * self.place + part)

    def _span(self, step: int, name: str, lasts_ms: int) -> Span:
        at = self.since_ns + step * 1_100_000_000 + self.chance.randint(0, 90_000_000)
        return Span(
            trace_id=self._lasting(self.trace, 0) + self._lasting(self.trace, 1),
            span_id=self._passing(0),
            parent_span_id=_slot(LASTING + 4 * self.trace * SPANS_OF_A_TRACE),
            name=name,
            kind=Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=at,
            end_time_unix_nano=at + lasts_ms * 1_000_000,
        )

    def _shared(self, operation: str) -> list[KeyValue]:
        return [
            attribute("gen_ai.operation.name", operation),
            attribute("gen_ai.conversation.id", f"conv_{self._lasting(self.trace // 2, 2).hex()}"),
            attribute("gen_ai.agent.name", self.workflow.replace(" ", "_")),
            attribute("outlay.workflow", self.workflow),
            attribute("outlay.task_id", f"task-{self._lasting(self.trace // 2, 3).hex()}"),
            attribute("user.id", f"user-{self.chance.randint(0, 4_000)}"),
            attribute("gen_ai.prompt.name", f"{self.workflow} prompt"),
            attribute("gen_ai.prompt.version", str(self.chance.randint(7, 9))),
            attribute("thread.id", 140_217_001),
            attribute("app.release", "2026.11.2"),
        ]
