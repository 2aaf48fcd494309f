"""Slow senders, and heads without end: they are let go, and nobody else notices them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import grpc
import pytest
from ingest_worker import PATIENCE_S, Worker, reserved
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from otlp_bodies import PROTOBUF
from otlp_requests import CHAT, request, span

from ingest import Limits

GOOD = request(span(CHAT)).SerializeToString()
AS_PROTOBUF = {"content-type": PROTOBUF}
HEAD = f"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: {PROTOBUF}\r\n"
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


LONG_S = 10 * int(PATIENCE_S)  # nobody is let go for this within a test


@contextmanager
def working(home: Path, *, head_seconds: int = LONG_S, connections: int = 400) -> Iterator[Worker]:
    limits = asdict(Limits(head_seconds=head_seconds, body_seconds=LONG_S, connections=connections))
    with reserved() as address, Worker(home, limits=limits, grpc=address) as started:
        started.grpc = address
        yield started


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    with working(tmp_path) as started:
        yield started


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Worker]:
    """Lets go whoever takes two seconds over a head."""
    with working(tmp_path, head_seconds=2) as started:
        yield started


def connected(worker: Worker) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(worker.url.rpartition(":")[2])), timeout=PATIENCE_S)


def answered(sender: socket.socket) -> bytes:
    """Everything that is said until the connection is closed, which it is within a minute."""
    said = b""
    with suppress(ConnectionResetError):  # it was closed before all that was sent was read
        while piece := sender.recv(65_536):
            said += piece
    return said


def test_who_says_nothing_is_let_go(strict: Worker) -> None:
    with connected(strict) as silent, connected(strict) as slow:
        slow.sendall(HEAD[:30].encode())
        assert (answered(silent), answered(slow)) == (b"", b"")


def test_a_kept_connection_is_let_go_in_the_middle_of_its_next_head(strict: Worker) -> None:
    with connected(strict) as sender:
        sender.sendall(f"{HEAD}content-length: {len(GOOD)}\r\n\r\n".encode() + GOOD)
        first = sender.recv(65_536)
        sender.sendall(HEAD[:30].encode())
        assert (first[:12], answered(sender)) == (b"HTTP/1.1 200", b"")


def test_a_head_without_end_is_refused(worker: Worker) -> None:
    with connected(worker) as sender:
        with suppress(ConnectionResetError, BrokenPipeError):
            sender.sendall(HEAD.encode() + b"x-more: 0123456789012345678901234567890123456789\r\n" * 1_000)
        assert answered(sender).startswith(b"HTTP/1.1 400")


def test_what_is_no_http_is_refused_with_a_status(worker: Worker) -> None:
    with connected(worker) as sender:
        sender.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert answered(sender).partition(b"\r\n\r\n")[2].startswith(b'{"code":3,')


def test_more_connections_than_are_allowed_are_put_off(tmp_path: Path) -> None:
    with working(tmp_path, connections=20) as worker, ExitStack() as open_ones:
        senders = [open_ones.enter_context(connected(worker)) for _ in range(30)]
        said = answered(senders[-1])
    assert (said[:12], b"Retry-After: 1" in said) == (b"HTTP/1.1 503", True)


def test_who_declares_much_and_sends_little_takes_no_room(worker: Worker) -> None:
    with ExitStack() as open_ones:
        for _ in range(200):
            slow = open_ones.enter_context(connected(worker))
            slow.sendall(f"{HEAD}content-length: {20 * 2**20}\r\n\r\n".encode() + b"\x0a" * 100)
        answers = {worker.client.post("/v1/traces", content=GOOD, headers=AS_PROTOBUF).status_code for _ in range(50)}
    assert answers == {200}


def test_slow_calls_of_grpc_do_not_keep_others_waiting(worker: Worker) -> None:
    enough = threading.Event()

    def slowly() -> Iterator[bytes]:
        enough.wait(LONG_S)
        yield GOOD

    with grpc.insecure_channel(worker.grpc) as channel:
        calls = [channel.stream_unary(EXPORT).future(slowly(), wait_for_ready=True) for _ in range(40)]
        # Over the same connection, so that it comes after them.
        response = channel.unary_unary(EXPORT)(GOOD, timeout=PATIENCE_S, wait_for_ready=True)
        enough.set()
        for call in calls:
            call.cancel()
    assert ExportTraceServiceResponse.FromString(response).ByteSize() == 0
