"""Texts stop at the door: prompts and completions are taken out of a request before it reaches the journal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest import signals
from ingest.decoded import Decoded
from ingest.limits import Limits
from ingest.residue import is_residue, residue, residue_of_bytes
from ingest.text_search import has_content, has_map, has_status_message
from ingest.texts import Carries, carries, is_content_event, is_event_name, names

SETTINGS_DEPTH: Final = 6
SETTINGS_FIELDS: Final = 64
SETTINGS_CHARS: Final = 64
# The settings whose value is a name; any other string among them may be a part of the prompt.
NAMED_SETTINGS: Final = """
    model model_id modelId model_name id responseId user object status type effort reasoning_effort tool_choice
    service_tier serviceTier truncation encoding_format quality size modality api_version inference_geo
"""
_STRUCTURES: Final = frozenset(("array_value", "kvlist_value", "bytes_value"))
_NAMED_SETTINGS: Final = frozenset(NAMED_SETTINGS.split())


def may_carry_texts(decoded: Decoded) -> bool:
    """Whether a request may hold a text, by a search of its bytes for the keys, and by what has no key."""
    if has_content(decoded.wire):
        return True
    match decoded.signal:
        case signals.TRACES:
            most = decoded.limits.message_chars
            return has_status_message(decoded.wire) and any(
                len(span.status.message) > most for _, spans in decoded.scopes() for span in spans
            )
        case signals.LOGS:
            return any(_has_text(record) for _, records in decoded.scopes() for record in records)
    return False


def redact(decoded: Decoded) -> bool:
    """Replace every text in the request by its residue, in place; says whether there was any.

    Doing it again changes nothing. What counts as a text is decided in `ingest.texts`.
    """
    door = _Door(decoded.limits, has_maps=has_map(decoded.wire))
    for of_resource in getattr(decoded.request, decoded.signal.resources):
        door.attributes(of_resource.resource.attributes)
        for of_scope in getattr(of_resource, decoded.signal.scopes):
            door.attributes(of_scope.scope.attributes)
            for item in getattr(of_scope, decoded.signal.items):
                door.item(item)
    return door.stopped


def _has_text(record: LogRecord) -> bool:
    which = record.body.WhichOneof("value")
    return which in _STRUCTURES or (which == "string_value" and not is_event_name(record.body.string_value))


class _Door:
    """Goes over one request and remembers whether it stopped anything."""

    def __init__(self, limits: Limits, *, has_maps: bool) -> None:
        self._limits = limits
        self._has_maps = has_maps
        self.stopped = False

    def item(self, item: Span | LogRecord | Metric) -> None:
        if isinstance(item, Span):
            self.span(item)
        elif isinstance(item, LogRecord):
            self.record(item)
        else:
            self.metric(item)

    def record(self, record: LogRecord) -> None:
        self.attributes(record.attributes, all_is_text=is_content_event(record.event_name))
        match record.body.WhichOneof("value"):
            case "string_value":
                if not is_event_name(record.body.string_value):
                    self._text(record.body, Carries.TEXT)
            case "kvlist_value":
                self.attributes(record.body.kvlist_value.values, all_is_text=True)
            case "array_value" | "bytes_value":
                self._structure(record.body, Carries.TEXT)

    def metric(self, metric: Metric) -> None:
        if which := metric.WhichOneof("data"):
            for point in getattr(metric, which).data_points:
                self.attributes(point.attributes)
                for exemplar in getattr(point, "exemplars", ()):
                    self.attributes(exemplar.filtered_attributes)

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
        fact, facts_may_hold_texts = Carries.FACT, all_is_text or self._has_maps
        for attribute in attributes:
            carried = carries(attribute.key)
            if carried is fact and not facts_may_hold_texts:
                continue  # most attributes
            if all_is_text and carried is fact and not attribute.key.startswith("gen_ai."):
                carried = Carries.NAME if names(attribute.key) else Carries.TEXT
            kind = attribute.value.WhichOneof("value")
            if kind == "string_value":
                if carried is not fact:
                    self._text(attribute.value, carried)
            elif kind in _STRUCTURES:
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
