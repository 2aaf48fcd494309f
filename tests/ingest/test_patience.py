"""Slow senders, and heads without end: they are let go, and nobody else notices them."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import grpc
import pytest
from ingest_worker import Worker
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from otlp_bodies import PROTOBUF
from otlp_requests import CHAT, request, span

from ingest import Limits

GOOD = request(span(CHAT)).SerializeToString()
AS_PROTOBUF = {"content-type": PROTOBUF}
HEAD = f"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: {PROTOBUF}\r\n"
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    limits = asdict(Limits(head_seconds=1, body_seconds=5, connections=400))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{found.getsockname()[1]}"
    with Worker(tmp_path, limits=limits, grpc=address) as started:
        started.grpc = address
        yield started


def connected(worker: Worker) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(worker.url.rpartition(":")[2])), timeout=10)


def answered(sender: socket.socket) -> bytes:
    """Everything that is said until the connection is closed."""
    said = b""
    while piece := sender.recv(65_536):
        said += piece
    return said


def test_who_says_nothing_is_let_go(worker: Worker) -> None:
    with connected(worker) as silent, connected(worker) as slow:
        slow.sendall(HEAD[:30].encode())
        began = time.monotonic()
        assert (answered(silent), answered(slow), time.monotonic() - began < 5) == (b"", b"", True)


def test_a_kept_connection_is_let_go_in_the_middle_of_its_next_head(worker: Worker) -> None:
    with connected(worker) as sender:
        sender.sendall(f"{HEAD}content-length: {len(GOOD)}\r\n\r\n".encode() + GOOD)
        first = sender.recv(65_536)
        sender.sendall(HEAD[:30].encode())
        assert (first[:12], answered(sender)) == (b"HTTP/1.1 200", b"")


def test_a_head_without_end_is_refused(worker: Worker) -> None:
    with connected(worker) as sender:
        sender.sendall(HEAD.encode() + b"x-more: 0123456789012345678901234567890123456789\r\n" * 1_000)
        assert answered(sender).startswith(b"HTTP/1.1 400")


def test_what_is_no_http_is_refused_with_a_status(worker: Worker) -> None:
    with connected(worker) as sender:
        sender.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert answered(sender).partition(b"\r\n\r\n")[2].startswith(b'{"code":3,')


def test_more_connections_than_are_allowed_are_put_off(worker: Worker) -> None:
    with ExitStack() as open_ones:
        senders = [open_ones.enter_context(connected(worker)) for _ in range(410)]
        said = answered(senders[-1])
    assert (said[:12], b"Retry-After: 1" in said) == (b"HTTP/1.1 503", True)


def test_who_declares_much_and_sends_little_takes_no_room(worker: Worker) -> None:
    with ExitStack() as open_ones:
        for _ in range(200):
            slow = open_ones.enter_context(connected(worker))
            slow.sendall(f"{HEAD}content-length: {20 * 2**20}\r\n\r\n".encode() + b"\x0a" * 100)
        began = time.monotonic()
        answers = {worker.client.post("/v1/traces", content=GOOD, headers=AS_PROTOBUF).status_code for _ in range(50)}
        assert (answers, time.monotonic() - began < 5) == ({200}, True)


def test_slow_calls_of_grpc_do_not_keep_others_waiting(worker: Worker) -> None:
    def slowly() -> Iterator[bytes]:
        time.sleep(4)
        yield GOOD

    with grpc.insecure_channel(worker.grpc) as slow, grpc.insecure_channel(worker.grpc, [("x", "1")]) as quick:
        calls = [slow.stream_unary(EXPORT).future(slowly()) for _ in range(40)]
        time.sleep(2)  # each has had its turn
        began = time.monotonic()
        response = quick.unary_unary(EXPORT)(GOOD, timeout=10)
        took_s = time.monotonic() - began
        for call in calls:
            call.cancel()
    assert (ExportTraceServiceResponse.FromString(response).ByteSize(), took_s < 1) == (0, True)
