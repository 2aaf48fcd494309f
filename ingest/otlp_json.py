"""OTLP/JSON to an export request, as the specification says and protobuf's own JSON reader does not.

Ids are hexadecimal in any case, 64-bit integers are texts or numbers, enums are numbers, names are lowerCamelCase,
and fields nobody knows are ignored (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding"). A
record that breaks a rule is left out with a fault that names it and the field; its neighbours are kept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final

import orjson
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ingest.decoded import Decoded
from ingest.faults import Fault, Refused
from ingest.json_logs import log_record
from ingest.json_metrics import metric
from ingest.json_spans import span
from ingest.json_values import Wrong, attribute, attributes, kind, listed, mapped, text
from ingest.limits import Limits
from ingest.refused_record import points_of, record_of
from ingest.signals import LOGS, METRICS, TRACES, Signal, camel

_ITEMS: Final[dict[str, Callable[[dict[str, Any], Any, int], None]]] = {
    TRACES.name: span,
    LOGS.name: log_record,
    METRICS.name: metric,
}


def from_json(body: bytes, limits: Limits, signal: Signal) -> Decoded:
    """The request in a JSON body. Raises `Refused` 400 when the body is not JSON, or is not shaped like a request."""
    told = _loads(body)
    resources = camel(signal.resources)
    if not isinstance(told, dict):
        raise Refused(f"the body is {kind(told)}; an object with {resources} is expected")
    decoded = Decoded.empty(limits, signal)
    if told and resources not in told:
        names = ", ".join(repr(key[:40]) for key in list(told)[:5])
        decoded.warn(Fault("body", f"the body has no {resources} but {names}; OTLP/JSON names are lowerCamelCase"))
    of_resources = _top(told, resources, signal)
    decoded.meet(len(of_resources))
    for i, each in enumerate(of_resources):
        place = f"{resources}[{i}]"
        try:
            _of_resource(mapped(each), place, decoded)
        except Wrong as wrong:
            raise Refused(f"the body is no OTLP {signal.singular} request: {wrong.within(place)}") from None
    decoded.wire = decoded.request.SerializeToString()
    return decoded


def _top(told: dict[str, Any], resources: str, signal: Signal) -> list[Any]:
    try:
        return listed(told, resources)
    except Wrong as wrong:
        raise Refused(f"the body is no OTLP {signal.singular} request: {wrong}") from None


def _loads(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = str(error)
    # NaN, a number without end, half a surrogate pair or a byte that is not UTF-8 spoils one span: Python's own
    # reader, which is slower and takes them, lets us find which.
    try:
        return json.loads(body.decode("utf-8-sig", "surrogateescape"), parse_int=_whole)
    except RecursionError:
        raise Refused("the body is not OTLP/JSON: its lists and maps are nested too deep") from None
    except ValueError:
        raise Refused(f"the body is not JSON, or is cut short: {reason[:200]}") from None


def _whole(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # thousands of them
        return math.inf


def _of_resource(told: dict[str, Any], place: str, decoded: Decoded) -> None:
    into = getattr(decoded.request, decoded.signal.resources).add()
    into.schema_url = text(told, "schemaUrl")
    for n, each in enumerate(listed(mapped(told.get("resource")), "attributes")):
        # One wrong attribute of a resource must not cost all its records.
        try:
            attribute(each, into.resource.attributes.add(), decoded.limits.depth)
        except Wrong as wrong:
            del into.resource.attributes[-1:]
            where = f"{place}.resource"
            decoded.warn(Fault(where, f"{where}: {wrong.within(f'attributes[{n}]')}; it is left out"))
    scopes = camel(decoded.signal.scopes)
    of_scopes = listed(told, scopes)
    decoded.meet(len(of_scopes))
    for j, each in enumerate(of_scopes):
        try:
            _of_scope(mapped(each), getattr(into, decoded.signal.scopes).add(), f"{place}.{scopes}[{j}]", decoded)
        except Wrong as wrong:
            raise wrong.within(f"{scopes}[{j}]") from None


def _of_scope(told: dict[str, Any], into: Any, place: str, decoded: Decoded) -> None:
    into.schema_url = text(told, "schemaUrl")
    scope = mapped(told.get("scope"))
    into.scope.name = text(scope, "name")
    into.scope.version = text(scope, "version")
    attributes(scope, "attributes", into.scope.attributes, decoded.limits.depth)
    signal = decoded.signal
    fill, items, name = _ITEMS[signal.name], getattr(into, signal.items), camel(signal.items)
    of_items = listed(told, name)
    decoded.meet(len(of_items))
    for n, each in enumerate(of_items):
        item = items.add()
        try:
            fill(mapped(each), item, decoded.limits.depth)
        except Wrong as wrong:
            culprit = _culprit(item, f"{place}.{name}[{n}]")
            records = max(1, points_of(each)) if isinstance(item, Metric) else 1
            decoded.reject(Fault(culprit, f"{culprit}: {wrong}", record_of(item, decoded.limits)), records)
            del items[-1:]


def _culprit(item: Any, place: str) -> str:
    return f"span {item.span_id.hex()}" if isinstance(item, Span) and len(item.span_id) == 8 else place
