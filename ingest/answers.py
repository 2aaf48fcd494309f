"""What a sender hears: exactly what OTLP/HTTP prescribes, in the encoding of the request.

Success is an empty response of the signal, partial success says how many records were left out and why, and every
refusal is a google.rpc.Status (opentelemetry-proto, docs/specification.md, "OTLP/HTTP Response").
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ingest.faults import CUT_OFF, Busy, Refused
from ingest.receive import JSON, PROTOBUF, Receipt
from ingest.signals import SIGNALS, camel

# google.rpc.Code of each HTTP status we answer.
CODES: Final = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 413: 8, 415: 3, CUT_OFF: 3, 503: 14}
# Our answers stay small: an exporter that reads unlimited ones is not helped by a long sentence.
MESSAGE_CHARS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


def accepted(receipt: Receipt, asked: str | None, most_told: int) -> Answer:
    """200: the records are on disk. `asked` is the request's content type; the first `most_told` faults are named."""
    protobuf = _is_protobuf(asked)
    if not receipt.faults:
        return Answer(200, PROTOBUF, b"") if protobuf else Answer(200, JSON, b"{}")
    response = response_to(receipt, most_told)
    if protobuf:
        return Answer(200, PROTOBUF, response.SerializeToString())
    # A 64-bit integer is a text in JSON.
    rejected = camel(SIGNALS[receipt.signal].rejected)
    told = {rejected: str(receipt.rejected), "errorMessage": response.partial_success.error_message}
    return Answer(200, JSON, orjson.dumps({"partialSuccess": told}))


def response_to(receipt: Receipt, most_told: int) -> Any:
    """The signal's response: empty when all of the request was kept, else its partial success."""
    signal = SIGNALS[receipt.signal]
    response = signal.response()
    if receipt.faults:
        sentences = [fault.sentence for fault in receipt.faults[:most_told]]
        untold = len(receipt.faults) - len(sentences)
        message = "; ".join([*sentences, *([f"and {untold} more"] if untold else [])])[:MESSAGE_CHARS]
        partial = signal.partial(error_message=message, **{signal.rejected: receipt.rejected})
        response.partial_success.CopyFrom(partial)
    return response


def refused(refusal: Refused, asked: str | None) -> Answer:
    """4xx: the request will never be accepted as it is."""
    told = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return _status(refusal.status, refusal.sentence, asked, told)


def busy(reason: Busy, asked: str | None) -> Answer:
    """503: nothing is wrong with the request; it should be sent again."""
    # Exporters give up when Retry-After exceeds what is left of their ten seconds.
    return _status(503, reason.sentence, asked, {"Retry-After": str(reason.retry_after_s)})


def _status(status: int, sentence: str, asked: str | None, headers: Mapping[str, str]) -> Answer:
    message = sentence[:MESSAGE_CHARS]
    if _is_protobuf(asked):
        return Answer(status, PROTOBUF, status_protobuf(CODES[status], message), headers)
    return Answer(status, JSON, orjson.dumps({"code": CODES[status], "message": message}), headers)


def status_protobuf(code: int, message: str, *details: bytes) -> bytes:
    """A google.rpc.Status: code is field 1, message 2, each detail (an Any) 3. Three fields need no dependency."""
    told = b"\x08" + varint(code) + field(2, message.encode(errors="replace"))
    return told + b"".join(field(3, detail) for detail in details)


def field(number: int, body: bytes) -> bytes:
    """A field of protobuf that holds a text, bytes or a message."""
    return bytes([number << 3 | 2]) + varint(len(body)) + body


def _is_protobuf(asked: str | None) -> bool:
    return (asked or "").partition(";")[0].strip().lower() == PROTOBUF


def varint(number: int) -> bytes:
    """A whole number as protobuf writes it."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])
