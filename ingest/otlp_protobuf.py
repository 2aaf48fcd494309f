"""A protobuf body to an export request; records that cannot be decoded become faults beside those that can."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from ingest.decoded import Decoded
from ingest.faults import Fault, Refused
from ingest.limits import Limits
from ingest.signals import TRACES, Signal, camel

WRONG: Final = "holds a text that is not UTF-8, is nested too deep, or is no protobuf"

# OTLP's outer messages, whose numbers are the same in all signals, with everything inside them left as bytes: on
# the wire that is the same, and it still decodes when the inside of one record does not.
_SHELLS: Final[dict[str, dict[str, tuple[int, str | None]]]] = {
    "Request": {"resources": (1, "ResourceShell")},
    "ResourceShell": {"resource": (1, None), "scopes": (2, "ScopeShell")},
    "ScopeShell": {"scope": (1, None), "items": (2, "bytes")},
    "SpanShell": {"span_id": (2, None)},
}


def from_protobuf(body: bytes, limits: Limits, signal: Signal) -> Decoded:
    """The request in a protobuf body. Raises `Refused` 400 when the body is no request, or is cut short.

    A record whose text is not UTF-8, whose lists are nested too deep (the protobuf runtime reads 100 levels) or that
    is otherwise malformed is left out, with a fault.
    """
    try:
        return Decoded(limits, signal, signal.request.FromString(body), body)
    except DecodeError:
        decoded = _salvaged(body, limits, signal)
        decoded.wire = decoded.request.SerializeToString()
        return decoded


def _salvaged(body: bytes, limits: Limits, signal: Signal) -> Decoded:
    try:
        shell = _shells()["Request"].FromString(body)
    except DecodeError as error:
        hint = "; it looks like JSON: send it as application/json" if body.lstrip()[:1] == b"{" else ""
        what = f"an OTLP {signal.singular} request"
        raise Refused(f"the body is not {what} in protobuf, or is cut short{hint}") from error
    decoded = Decoded.empty(limits, signal)
    decoded.meet(len(shell.resources))
    for i, of_resource in enumerate(shell.resources):
        decoded.meet(len(of_resource.scopes))
        into = getattr(decoded.request, signal.resources).add()
        resource = _decode(into.resource, of_resource.resource)
        for j, of_scope in enumerate(of_resource.scopes):
            decoded.meet(len(of_scope.items))
            into_scope = getattr(into, signal.scopes).add()
            readable = _decode(into_scope.scope, of_scope.scope) and resource
            items = getattr(into_scope, signal.items)
            place = f"{camel(signal.resources)}[{i}].{camel(signal.scopes)}[{j}].{camel(signal.items)}"
            for n, item in enumerate(of_scope.items):
                if not (readable and _decode(items.add(), item)):
                    del items[-1:]
                    culprit = _culprit(item, f"{place}[{n}]", signal)
                    part = "itself" if readable else "its resource or scope"
                    decoded.reject(Fault(culprit, f"{culprit} cannot be decoded: {part} {WRONG}"))
    if not decoded.rejected:
        raise Refused(f"the body is not an OTLP {signal.singular} request in protobuf: an outer message is malformed")
    return decoded


def _decode(message: Message, body: bytes) -> bool:
    try:
        message.ParseFromString(body)
    except DecodeError:
        return False
    return True


def _culprit(item: bytes, place: str, signal: Signal) -> str:
    if signal is not TRACES:
        return place
    try:
        span_id: bytes = _shells()["SpanShell"].FromString(item).span_id
    except DecodeError:
        return place
    return f"span {span_id.hex()}" if len(span_id) == 8 else place


@cache
def _shells() -> dict[str, Any]:
    file = FileDescriptorProto(name="shells.proto", package="shells", syntax="proto3")
    for name, fields in _SHELLS.items():
        message = DescriptorProto(name=name)
        for field, (number, kind) in fields.items():
            message.field.add(
                name=field,
                number=number,
                label=FieldDescriptorProto.LABEL_REPEATED if kind else FieldDescriptorProto.LABEL_OPTIONAL,
                type=FieldDescriptorProto.TYPE_MESSAGE if kind in _SHELLS else FieldDescriptorProto.TYPE_BYTES,
                type_name=f".shells.{kind}" if kind in _SHELLS else None,
            )
        file.message_type.append(message)
    pool = DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"shells.{name}")) for name in _SHELLS}
