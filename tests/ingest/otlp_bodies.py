"""Request bodies as senders write them: protobuf or JSON, compressed or not."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ingest import Limits, Receipt, receive

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
IDS = ("traceId", "spanId", "parentSpanId")


def raw_deflate(body: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(body) + squeeze.flush()


# Content-Encoding → how a body is written in it; deflate comes in two kinds that call themselves the same.
COMPRESSIONS = {
    "none": (None, lambda body: body),
    "identity": ("identity", lambda body: body),
    "gzip": ("gzip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
}


def as_json(request: ExportTraceServiceRequest) -> dict[str, Any]:
    """The request as OTLP/JSON: ids in hexadecimal, enums as numbers."""
    told: dict[str, Any] = MessageToDict(request, use_integers_for_enums=True)
    for of_resource in told.get("resourceSpans", ()):
        for of_scope in of_resource.get("scopeSpans", ()):
            for span in of_scope.get("spans", ()):
                for told_of in (span, *span.get("links", ())):
                    ids = {name: base64.b64decode(told_of[name]).hex() for name in IDS if name in told_of}
                    told_of.update(ids)
    return told


def written(request: ExportTraceServiceRequest, content_type: str) -> bytes:
    if content_type == PROTOBUF:
        return request.SerializeToString()
    return json.dumps(as_json(request)).encode()


def json_span(**fields: Any) -> dict[str, Any]:
    """A good span in OTLP/JSON; fields given as None are left out."""
    told = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b174",
        "name": "chat",
        "kind": 3,
        "startTimeUnixNano": "1795219200000000000",
        "endTimeUnixNano": "1795219201000000000",
    }
    return {key: value for key, value in (told | fields).items() if value is not None}


def json_request(*spans: Any) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}).encode()


def attribute(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


def received(body: bytes, content_type: str = PROTOBUF, encoding: str | None = None, **limits: int) -> Receipt:
    return receive(
        signal="traces",
        content_type=content_type,
        content_encoding=encoding,
        body=body,
        limits=Limits(**limits),
    )


def spans_in(receipt: Receipt) -> list[Any]:
    """The spans a protobuf receipt holds, or those of what a JSON one becomes."""
    body = receipt.body
    if receipt.content_type == JSON:
        told = json.loads(body)
        return [s for r in told["resourceSpans"] for c in r["scopeSpans"] for s in c["spans"]]
    request = ExportTraceServiceRequest.FromString(body)
    return [s for r in request.resource_spans for c in r.scope_spans for s in c.spans]
