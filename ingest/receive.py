"""Receive a request: what was sent becomes a receipt that can be kept, or is refused with a sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingest.faults import Fault, Refused
from ingest.inflate import IDENTITY, encoding, inflate
from ingest.judge import judge
from ingest.limits import Limits
from ingest.otlp_json import from_json
from ingest.otlp_protobuf import from_protobuf
from ingest.redact import may_carry_texts, redact
from ingest.signals import SIGNALS

PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"
# What begins an object or a list, and the tags of OTLP's repeated messages (but those of a link's attributes, which
# are a quotation mark: text is full of them).
_JSON_SIGNS: Final = (b"{", b"[")
_PROTOBUF_SIGNS: Final = tuple(bytes([number << 3 | 2]) for number in (1, 2, 3, 5, 9, 11, 13))


@dataclass(frozen=True, slots=True)
class Receipt:
    """A request that can be kept: `spans` good ones in `body`, `rejected` others told in `faults`.

    Of logs, `spans` counts log records, of metrics data points.

    When nothing was wrong and no text was in it, `body` is the bytes as they came, compression included; otherwise
    it is what remains, as plain protobuf.
    """

    signal: str
    content_type: str
    content_encoding: str
    body: bytes
    spans: int
    faults: tuple[Fault, ...] = ()
    rejected: int = 0


def receive(
    *, signal: str, content_type: str | None, content_encoding: str | None, body: bytes, limits: Limits
) -> Receipt:
    """Judge a request of a signal ("traces", "logs", "metrics"); the headers are given as they were sent.

    Raises `Refused`: 404 for a signal that is not read, 415 for a content type or encoding that is not, 413 for a
    body that is too large after decompression, 400 for one that is cut short or cannot be decoded.
    """
    sent = SIGNALS.get(signal)
    if sent is None:
        raise Refused(f"{signal} are not read here; traces, logs and metrics are", 404, "path")
    kind = media_type(content_type)
    encoded = encoding(content_encoding)
    plain = inflate(body, encoded, limits.body_bytes)
    refuse_crumbs(plain, kind == JSON, limits.pieces)
    decoded = from_json(plain, limits, sent) if kind == JSON else from_protobuf(plain, limits, sent)
    spans = judge(decoded)
    stopped = may_carry_texts(decoded) and redact(decoded)
    faults = decoded.told()
    if not stopped and not faults:
        return Receipt(signal, kind, encoded, body, spans)
    # What our rooms do not know may be anything, texts included.
    decoded.request.DiscardUnknownFields()
    kept = decoded.request.SerializeToString()
    return Receipt(signal, PROTOBUF, IDENTITY, kept, spans, faults, decoded.rejected)


def refuse_crumbs(plain: bytes, is_json: bool, most: int) -> None:
    """Raise `Refused` 413 for a body of so many pieces that reading it would take many times its size.

    Every piece begins with one of a few bytes, so none of them may occur more often than there may be pieces.
    """
    if len(plain) > most and any(plain.count(sign) > most for sign in (_JSON_SIGNS if is_json else _PROTOBUF_SIGNS)):
        raise Refused(f"the body is made of more than {most} pieces; send fewer spans in one request", 413)


def media_type(header: str | None) -> str:
    """The content type without its parameters; raises `Refused` 415 for one that OTLP/HTTP does not have."""
    asked = (header or "").partition(";")[0].strip().lower()
    if asked not in {PROTOBUF, JSON}:
        raise Refused(f"Content-Type is '{asked[:80]}'; {PROTOBUF} and {JSON} are read", 415, "Content-Type")
    return asked
