"""Texts stop at the door: prompts and completions are taken out of a request before it reaches the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.limits import Limits
from ingest.residue import is_residue, residue, residue_of_bytes
from ingest.texts import CONTENT_KEY, Carries, carries, is_content_event, names

SETTINGS_DEPTH: Final = 6
SETTINGS_FIELDS: Final = 64
SETTINGS_CHARS: Final = 64
# The settings whose value is a name; any other string among them may be a part of the prompt.
NAMED_SETTINGS: Final = """
    model model_id modelId model_name id responseId user object status type effort reasoning_effort tool_choice
    service_tier serviceTier truncation encoding_format quality size modality api_version inference_geo
"""
_NAMED_SETTINGS: Final = frozenset(NAMED_SETTINGS.split())


def may_carry_texts(request: ExportTraceServiceRequest, wire: bytes, limits: Limits) -> bool:
    """Whether a request may hold a text, by a search of its bytes for the keys; `wire` holds every span of it."""
    if CONTENT_KEY.search(wire):
        return True
    return any(
        len(span.status.message) > limits.message_chars or any(is_content_event(event.name) for event in span.events)
        for of_resource in request.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    )


def redact(request: ExportTraceServiceRequest, limits: Limits) -> bool:
    """Replace every text in the request by its residue, in place; says whether there was any.

    Doing it again changes nothing. What counts as a text is decided in `ingest.texts`.
    """
    door = _Door(limits)
    for of_resource in request.resource_spans:
        door.attributes(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            door.attributes(of_scope.scope.attributes)
            for span in of_scope.spans:
                door.span(span)
    return door.stopped


class _Door:
    """Goes over one request and remembers whether it stopped anything."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.stopped = False

    def span(self, span: Span) -> None:
        self.attributes(span.attributes)
        for event in span.events:
            self.attributes(event.attributes, all_is_text=is_content_event(event.name))
        for link in span.links:
            self.attributes(link.attributes)
        if len(span.status.message) > self._limits.message_chars:
            span.status.message = _beginning(span.status.message, self._limits.message_chars)
            self.stopped = True

    def attributes(self, attributes: Iterable[KeyValue], *, all_is_text: bool = False) -> None:
        for attribute in attributes:
            carried = carries(attribute.key)
            if all_is_text and carried is Carries.FACT and not attribute.key.startswith("gen_ai."):
                carried = Carries.NAME if names(attribute.key) else Carries.TEXT
            kind = attribute.value.WhichOneof("value")
            if kind == "string_value":
                if carried is not Carries.FACT:
                    self._text(attribute.value, carried)
            elif kind in {"array_value", "kvlist_value", "bytes_value"}:
                self._structure(attribute.value, carried)

    def _text(self, value: AnyValue, carried: Carries) -> None:
        text = value.string_value
        match carried:
            case Carries.MESSAGE:
                kept = _beginning(text, self._limits.message_chars)
            case Carries.NAME:
                short = len(text) <= self._limits.message_chars
                kept = text if short else residue(text, self._limits.residue_bytes)
            case Carries.SETTINGS:
                kept = _settings(text, self._limits)
            case _:
                kept = residue(text, self._limits.residue_bytes)
        if kept != text:
            value.string_value = kept
            self.stopped = True

    def _structure(self, value: AnyValue, carried: Carries) -> None:
        if carried is not Carries.FACT:
            value.string_value = residue_of_bytes(value.SerializeToString(deterministic=True))
            self.stopped = True
        elif value.WhichOneof("value") == "kvlist_value":
            self.attributes(value.kvlist_value.values)
        elif value.WhichOneof("value") == "array_value":
            for each in value.array_value.values:
                self._structure(each, carried)


def _beginning(message: str, chars: int) -> str:
    return message if len(message) <= chars else message[: chars - 1] + "…"


def _settings(text: str, limits: Limits) -> str:
    """The JSON of settings without what may be text; what is not JSON leaves a residue."""
    if is_residue(text, limits.residue_bytes):
        return text
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return residue(text, limits.residue_bytes)
    kept = _numbers_and_names(told, SETTINGS_DEPTH)
    return text if kept == told else orjson.dumps(kept).decode()


def _numbers_and_names(told: Any, depth: int) -> Any:
    if isinstance(told, bool | int | float):
        return told
    if depth == 0:
        return None
    if isinstance(told, list):
        return [_numbers_and_names(each, depth - 1) for each in told[:SETTINGS_FIELDS]]
    if isinstance(told, dict):
        return {
            key: value if _is_name(key, value) else _numbers_and_names(value, depth - 1)
            for key, value in list(told.items())[:SETTINGS_FIELDS]
            if len(key) <= SETTINGS_CHARS
        }
    return None


def _is_name(key: str, value: Any) -> bool:
    return key in _NAMED_SETTINGS and isinstance(value, str) and len(value) <= SETTINGS_CHARS
