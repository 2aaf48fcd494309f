"""Recorded requests in another cut: decoded, taken apart to single records, renamed, and put together again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ingest import Entry, Limits
from ingest.inflate import encoding, inflate
from ingest.otlp_json import from_json
from ingest.signals import METRICS, SIGNALS


def decoded(entry: Entry) -> Any:
    """The request an entry of the journal holds, as protobuf, whichever signal and encoding it has."""
    signal, limits = SIGNALS[entry.signal], Limits()
    body = inflate(entry.body, encoding(entry.content_encoding), limits.body_bytes)
    if "json" in entry.content_type:
        return from_json(body, limits, signal).request
    return signal.request.FromString(body)


def with_body(entry: Entry, request: Any) -> Entry:
    body = request.SerializeToString()
    return replace(entry, body=body, content_type="application/x-protobuf", content_encoding="")


def of_service(entry: Entry, service: str) -> Entry:
    """The request as if that service had sent it; OpenLIT names the service on its spans as well."""
    signal = SIGNALS[entry.signal]
    request = decoded(entry)
    for of_resource in getattr(request, signal.resources):
        _drop_service(of_resource.resource)
        of_resource.resource.attributes.add(key="service.name").value.string_value = service
        for of_scope in getattr(of_resource, signal.scopes):
            for item in getattr(of_scope, signal.items):
                if signal is not METRICS:
                    _drop_service(item)
    return with_body(entry, request)


def _drop_service(named: Any) -> None:
    others = [attribute for attribute in named.attributes if attribute.key != "service.name"]
    del named.attributes[:]
    named.attributes.extend(others)


def single_records(entry: Entry) -> Iterator[Entry]:
    """One request for each span, log record and metric of this one."""
    signal = SIGNALS[entry.signal]
    request = decoded(entry)
    for of_resource in getattr(request, signal.resources):
        for of_scope in getattr(of_resource, signal.scopes):
            for item in getattr(of_scope, signal.items):
                alone = signal.request()
                resource = getattr(alone, signal.resources).add(schema_url=of_resource.schema_url)
                resource.resource.CopyFrom(of_resource.resource)
                scope = getattr(resource, signal.scopes).add(schema_url=of_scope.schema_url)
                scope.scope.CopyFrom(of_scope.scope)
                getattr(scope, signal.items).append(item)
                yield with_body(entry, alone)
