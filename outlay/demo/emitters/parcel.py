"""A parcel of spans on its way: one export request, grouped by resource and scope as a collector groups them."""

from __future__ import annotations

from typing import NamedTuple

import orjson
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans

from outlay.demo.company import Workflow
from outlay.demo.emitters.form import any_value


class Scope(NamedTuple):
    """An instrumentation scope, as its emitter names itself."""

    name: str
    version: str
    schema_url: str = ""


class Parcel:
    """One request being filled; its length is the number of its spans."""

    def __init__(self) -> None:
        self._request = ExportTraceServiceRequest()
        self._resources: dict[tuple[str, str], ResourceSpans] = {}
        self._scopes: dict[tuple[str, str, Scope], ScopeSpans] = {}

    def spans(self, workflow: Workflow, environment: str, scope: Scope) -> ScopeSpans:
        """Where spans of that service, environment and scope go."""
        place = (workflow.service, environment, scope)
        found = self._scopes.get(place)
        if found is None:
            resource = self._resource(workflow, environment)
            found = self._scopes[place] = resource.scope_spans.add(schema_url=scope.schema_url)
            found.scope.name, found.scope.version = scope.name, scope.version
        return found

    def __len__(self) -> int:
        return sum(len(scope.spans) for scope in self._scopes.values())

    def protobuf(self) -> bytes:
        """The request as `application/x-protobuf`."""
        written: bytes = self._request.SerializeToString()
        return written

    def json(self) -> bytes:
        """The request as OTLP/JSON, which writes ids in hex and enums as numbers."""
        told = MessageToDict(self._request, use_integers_for_enums=True)
        for of_resource, resource in zip(self._request.resource_spans, told["resourceSpans"], strict=True):
            for of_scope, scope in zip(of_resource.scope_spans, resource["scopeSpans"], strict=True):
                for span, written in zip(of_scope.spans, scope["spans"], strict=True):
                    written["traceId"], written["spanId"] = span.trace_id.hex(), span.span_id.hex()
                    if span.parent_span_id:
                        written["parentSpanId"] = span.parent_span_id.hex()
        return orjson.dumps(told)

    def _resource(self, workflow: Workflow, environment: str) -> ResourceSpans:
        place = (workflow.service, environment)
        found = self._resources.get(place)
        if found is None:
            found = self._resources[place] = self._request.resource_spans.add()
            attributes = {
                "telemetry.sdk.language": "python",
                "telemetry.sdk.name": "opentelemetry",
                "telemetry.sdk.version": "1.45.2",
                "service.name": workflow.service,
                "service.namespace": "tidewater",
                "deployment.environment.name": environment,
            }
            if workflow.team is not None:
                attributes["outlay.team"] = workflow.team
            for key, value in attributes.items():
                found.resource.attributes.add(key=key).value.CopyFrom(any_value(value))
        return found
