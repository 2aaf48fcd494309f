"""OTLP/JSON to an export request, as the specification says and protobuf's own JSON reader does not.

Ids are hexadecimal in any case, 64-bit integers are texts or numbers, enums are numbers, names are lowerCamelCase,
and fields nobody knows are ignored (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding"). A span
that breaks a rule is left out with a fault that names the span and the field; its neighbours are kept.
"""

from __future__ import annotations

import json
from typing import Any, Final

import orjson
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

from ingest.decoded import Decoded
from ingest.faults import Fault, Refused
from ingest.json_values import (
    UINT32,
    UINT64,
    Wrong,
    attribute,
    attributes,
    hexadecimal,
    integer,
    kind,
    listed,
    mapped,
    number_of_enum,
    text,
)
from ingest.limits import Limits
from ingest.refused_span import record_of

SPANS: Final = "resourceSpans"


def from_json(body: bytes, limits: Limits) -> Decoded:
    """The request in a JSON body. Raises `Refused` 400 when the body is not JSON, or is not shaped like a request."""
    told = _loads(body)
    if not isinstance(told, dict):
        raise Refused(f"the body is {kind(told)}; an object with {SPANS} is expected")
    decoded = Decoded(limits)
    if told and SPANS not in told:
        names = ", ".join(repr(key[:40]) for key in list(told)[:5])
        decoded.warn(Fault("body", f"the body has no {SPANS} but {names}; OTLP/JSON names are lowerCamelCase"))
    resources = _top(told)
    decoded.meet(len(resources))
    for i, each in enumerate(resources):
        place = f"{SPANS}[{i}]"
        try:
            _resource_spans(mapped(each), place, decoded)
        except Wrong as wrong:
            raise Refused(f"the body is no OTLP trace request: {wrong.within(place)}") from None
    decoded.wire = decoded.request.SerializeToString()
    return decoded


def _top(told: dict[str, Any]) -> list[Any]:
    try:
        return listed(told, SPANS)
    except Wrong as wrong:
        raise Refused(f"the body is no OTLP trace request: {wrong}") from None


def _loads(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = str(error)
    # NaN, half a surrogate pair or a byte that is not UTF-8 spoils one span: Python's own reader, which is slower
    # and takes them, lets us find which.
    try:
        return json.loads(body.decode("utf-8-sig", "surrogateescape"))
    except RecursionError:
        raise Refused("the body is not OTLP/JSON: its lists and maps are nested too deep") from None
    except ValueError:
        raise Refused(f"the body is not JSON, or is cut short: {reason[:200]}") from None


def _resource_spans(told: dict[str, Any], place: str, decoded: Decoded) -> None:
    into = decoded.request.resource_spans.add()
    into.schema_url = text(told, "schemaUrl")
    for n, each in enumerate(listed(mapped(told.get("resource")), "attributes")):
        # One wrong attribute of a resource must not cost all its spans.
        try:
            attribute(each, into.resource.attributes.add(), decoded.limits.depth)
        except Wrong as wrong:
            del into.resource.attributes[-1:]
            where = f"{place}.resource"
            decoded.warn(Fault(where, f"{where}: {wrong.within(f'attributes[{n}]')}; it is left out"))
    scopes = listed(told, "scopeSpans")
    decoded.meet(len(scopes))
    for j, each in enumerate(scopes):
        try:
            _scope_spans(mapped(each), into.scope_spans.add(), f"{place}.scopeSpans[{j}]", decoded)
        except Wrong as wrong:
            raise wrong.within(f"scopeSpans[{j}]") from None


def _scope_spans(told: dict[str, Any], into: ScopeSpans, place: str, decoded: Decoded) -> None:
    into.schema_url = text(told, "schemaUrl")
    scope = mapped(told.get("scope"))
    into.scope.name = text(scope, "name")
    into.scope.version = text(scope, "version")
    attributes(scope, "attributes", into.scope.attributes, decoded.limits.depth)
    spans = listed(told, "spans")
    decoded.meet(len(spans))
    for n, each in enumerate(spans):
        span = into.spans.add()
        try:
            _span(mapped(each), span, decoded.limits.depth)
        except Wrong as wrong:
            culprit = _culprit(span, f"{place}.spans[{n}]")
            decoded.reject(Fault(culprit, f"{culprit}: {wrong}", record_of(span, decoded.limits)))
            del into.spans[-1:]


def _span(told: dict[str, Any], into: Span, depth: int) -> None:
    into.span_id = hexadecimal(told, "spanId", 16)
    into.trace_id = hexadecimal(told, "traceId", 32)
    into.parent_span_id = hexadecimal(told, "parentSpanId", 16, required=False)
    into.trace_state = text(told, "traceState")
    into.name = text(told, "name")
    into.kind = number_of_enum(told, "kind")
    into.flags = integer(told, "flags", UINT32)
    into.start_time_unix_nano = integer(told, "startTimeUnixNano", UINT64)
    into.end_time_unix_nano = integer(told, "endTimeUnixNano", UINT64)
    attributes(told, "attributes", into.attributes, depth)
    for n, each in enumerate(listed(told, "events")):
        try:
            _event(mapped(each), into.events.add(), depth)
        except Wrong as wrong:
            raise wrong.within(f"events[{n}]") from None
    for n, each in enumerate(listed(told, "links")):
        try:
            _link(mapped(each), into.links.add(), depth)
        except Wrong as wrong:
            raise wrong.within(f"links[{n}]") from None
    if told.get("status") is not None:
        try:
            _status(mapped(told["status"]), into)
        except Wrong as wrong:
            raise wrong.within("status") from None
    into.dropped_attributes_count = integer(told, "droppedAttributesCount", UINT32)
    into.dropped_events_count = integer(told, "droppedEventsCount", UINT32)
    into.dropped_links_count = integer(told, "droppedLinksCount", UINT32)


def _status(told: dict[str, Any], into: Span) -> None:
    into.status.message = text(told, "message")
    into.status.code = number_of_enum(told, "code")


def _event(told: dict[str, Any], into: Span.Event, depth: int) -> None:
    into.time_unix_nano = integer(told, "timeUnixNano", UINT64)
    into.name = text(told, "name")
    attributes(told, "attributes", into.attributes, depth)
    into.dropped_attributes_count = integer(told, "droppedAttributesCount", UINT32)


def _link(told: dict[str, Any], into: Span.Link, depth: int) -> None:
    into.trace_id = hexadecimal(told, "traceId", 32)
    into.span_id = hexadecimal(told, "spanId", 16)
    into.trace_state = text(told, "traceState")
    attributes(told, "attributes", into.attributes, depth)
    into.flags = integer(told, "flags", UINT32)


def _culprit(span: Span, place: str) -> str:
    return f"span {span.span_id.hex()}" if len(span.span_id) == 8 else place
