"""OTLP over gRPC, as real exporters and hostile senders meet it: the same gate, journal and refusals as over HTTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from ingest_worker import PATIENCE_S, Worker, reserved
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from otlp_requests import request, span

from ingest import Journal, Keys, Limits, RememberedKeys
from ingest.counters import Counters
from ingest.gate import Gate
from ingest.grpc import CannotListen, Collector
from ingest.intake import Intake
from ingest.signals import LOGS, METRICS, SIGNALS, TRACES, Signal

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def address() -> Iterator[str]:
    with reserved() as held:
        yield held


def export(address: str, signal: Signal, body: bytes, metadata: tuple[tuple[str, str], ...] = (), **told: Any) -> bytes:
    """One call as any client makes it; raises grpc.RpcError."""
    with grpc.insecure_channel(address, options=[("grpc.max_send_message_length", -1)]) as channel:
        method = channel.unary_unary(f"/{signal.service}/Export")
        answer: bytes = method(body, metadata=metadata, timeout=PATIENCE_S, wait_for_ready=True, **told)
        return answer


def refusal(address: str, signal: Signal, body: bytes, metadata: tuple[tuple[str, str], ...] = (), **told: Any) -> Any:
    with pytest.raises(grpc.RpcError) as refused:
        export(address, signal, body, metadata, **told)
    return refused.value


def entries(home: Path) -> list[Any]:
    return Journal(home / "journal").read({}, max_entries=1_000, max_bytes=10**9)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip], ids=str)
def test_what_a_real_exporter_sends_is_kept_with_its_key(
    tmp_path: Path, address: str, compression: grpc.Compression
) -> None:
    key, secret = Keys(tmp_path / "keys.db").create("support", now=NOW)
    told: dict[str, Any] = {"endpoint": address, "insecure": True, "compression": compression}
    told["headers"] = (("x-api-key", secret),)
    with Worker(tmp_path, keys_required=True, grpc=address):
        tracing = TracerProvider()
        tracing.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(**told)))
        tracing.get_tracer("sdk").start_span("chat").end()
        logging = LoggerProvider()
        logging.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(**told)))
        logging.get_logger("sdk").emit(LogRecord(event_name="an.event", severity_number=SeverityNumber.INFO))
        metering = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(**told))])
        metering.get_meter("sdk").create_counter("tokens").add(3)
        for provider in (tracing, logging, metering):
            provider.shutdown()
    kept = {entry.signal: (entry.key_id, entry.team, entry.content_type) for entry in entries(tmp_path)}
    assert kept == dict.fromkeys(SIGNALS, (key.key_id, "support", "application/x-protobuf"))


def test_bytes_are_journaled_as_they_came(tmp_path: Path, address: str) -> None:
    body = request(span()).SerializeToString()
    with Worker(tmp_path, grpc=address):
        assert export(address, TRACES, body) == b""
    assert [entry.body for entry in entries(tmp_path)] == [body]


def test_a_bad_record_is_told_beside_the_good_ones(tmp_path: Path, address: str) -> None:
    wrong = span(number=2)
    wrong.trace_id = b"short"
    body = request(span(), wrong).SerializeToString()
    with Worker(tmp_path, grpc=address):
        answer = TRACES.response.FromString(export(address, TRACES, body))
    assert (answer.partial_success.rejected_spans, "5 bytes" in answer.partial_success.error_message) == (1, True)


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ((), grpc.StatusCode.UNAUTHENTICATED),
        ((("authorization", "Bearer outlay_unknown"),), grpc.StatusCode.UNAUTHENTICATED),
        ((("x-api-key", "outlay_unknown"),), grpc.StatusCode.UNAUTHENTICATED),
    ],
)
def test_without_a_key_nothing_comes_in(
    tmp_path: Path, address: str, metadata: tuple[tuple[str, str], ...], code: grpc.StatusCode
) -> None:
    with Worker(tmp_path, keys_required=True, grpc=address):
        refused = [refusal(address, signal, b"", metadata).code() for signal in SIGNALS.values()]
    assert (refused, entries(tmp_path)) == ([code] * 3, [])


def test_a_key_that_may_only_read_may_not_send(tmp_path: Path, address: str) -> None:
    _, secret = Keys(tmp_path / "keys.db").create("support", scopes=["read"], now=NOW)
    with Worker(tmp_path, keys_required=True, grpc=address):
        refused = refusal(address, LOGS, b"", (("authorization", f"Bearer {secret}"),))
    assert refused.code() is grpc.StatusCode.PERMISSION_DENIED


def test_what_is_no_request_is_refused_for_good(tmp_path: Path, address: str) -> None:
    with Worker(tmp_path, grpc=address):
        refused = refusal(address, METRICS, b"\xff\xff")
    assert (refused.code(), "metric request" in refused.details()) == (grpc.StatusCode.INVALID_ARGUMENT, True)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip], ids=str)
def test_a_message_that_is_too_large_is_not_to_be_sent_again(
    tmp_path: Path, address: str, compression: grpc.Compression
) -> None:
    with Worker(tmp_path, grpc=address, limits={"body_bytes": 100_000}):
        refused = refusal(address, TRACES, bytes(50_000_000), compression=compression)
    details = [key for key, _ in refused.trailing_metadata() or () if key == "grpc-status-details-bin"]
    assert (refused.code(), details) == (grpc.StatusCode.RESOURCE_EXHAUSTED, [])


def test_what_cannot_be_kept_now_is_to_be_sent_again_in_a_second(tmp_path: Path, address: str) -> None:
    async def serve_stopping() -> Any:
        intake = Intake(tmp_path, Limits(), Counters(tmp_path))
        intake.start()
        await intake.close()
        collector = Collector(intake, Gate(RememberedKeys(Keys(tmp_path / "keys.db")), required=False), address)
        await collector.start()
        refused = await asyncio.to_thread(refusal, address, TRACES, request(span()).SerializeToString())
        await collector.stop()
        return refused

    refused = asyncio.run(serve_stopping())
    told = dict(refused.trailing_metadata())["grpc-status-details-bin"]
    # google.rpc.Status: code 14, then the sentence, then RetryInfo with a delay of one second.
    retry = b"\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x01"
    assert (refused.code(), told[:2], told.endswith(retry)) == (grpc.StatusCode.UNAVAILABLE, b"\x08\x0e", True)


def test_another_method_is_not_there(tmp_path: Path, address: str) -> None:
    other = replace(TRACES, service="opentelemetry.proto.collector.trace.v1.Another")
    with Worker(tmp_path, grpc=address):
        refused = refusal(address, other, b"")
    assert refused.code() is grpc.StatusCode.UNIMPLEMENTED


def test_workers_share_the_port_and_one_that_dies_is_missed_by_nobody(tmp_path: Path, address: str) -> None:
    body = request(span()).SerializeToString()
    with Worker(tmp_path, grpc=address) as first, Worker(tmp_path, grpc=address):
        assert [export(address, TRACES, body) for _ in range(8)] == [b""] * 8
        first.kill()
        assert [export(address, TRACES, body) for _ in range(8)] == [b""] * 8
        first.start()
    assert len(entries(tmp_path)) == 16


def test_a_port_that_is_somebody_elses_is_told(tmp_path: Path) -> None:
    intake = Intake(tmp_path, Limits(), Counters(tmp_path))
    gate = Gate(RememberedKeys(Keys(tmp_path / "keys.db")), required=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(CannotListen, match="cannot be listened on for gRPC"):
            asyncio.run(Collector(intake, gate, address).start())
