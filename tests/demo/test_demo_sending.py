"""Requests are sent as exporters send them: in parallel, in their encodings, patiently and not for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fortnights import NOW
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from outlay.demo import CloseMonth, Refresh, Send, Sent, Unsendable, play, send

PLAIN = Send(b"one", "application/x-protobuf", None, spans=3, refused=0, progress=0.5)
JSON = Send(b"{}", "application/json", None, spans=2, refused=0, progress=0.6)
ZIPPED = Send(b"zip", "application/x-protobuf", "gzip", spans=1, refused=0, progress=0.7)


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Heard:
    url: str = ""
    requests: list[tuple[bytes, Mapping[str, str]]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)


@contextmanager
def server(*answers: Answer) -> Iterator[Heard]:
    """Gives each answer once, in order, then 200 to everybody."""
    heard, left, lock = Heard(), list(answers), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                heard.requests.append((body, {name.lower(): value for name, value in self.headers.items()}))
                heard.connections.add(self.client_address[1])
                answer = left.pop(0) if left else Answer()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "content-length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        heard.url = f"http://127.0.0.1:{listening.server_port}/v1/traces"
        yield heard
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def test_every_request_arrives_in_its_own_encoding() -> None:
    with server() as heard:
        send([PLAIN, JSON, ZIPPED], heard.url)
    told = {body: (headers["content-type"], headers.get("content-encoding")) for body, headers in heard.requests}
    assert told == {step.body: (step.content_type, step.content_encoding) for step in (PLAIN, JSON, ZIPPED)}


def test_what_was_sent_is_counted() -> None:
    with server() as heard:
        sent = send([PLAIN, JSON, ZIPPED], heard.url)
    assert sent == Sent(requests=3, spans=6, bytes=8, retries=0, rejected=0)


def test_connections_are_kept_and_no_more_than_asked_for() -> None:
    with server() as heard:
        send([PLAIN] * 40, heard.url, concurrency=2)
    assert (len(heard.requests), len(heard.connections) <= 2) == (40, True)


def test_a_key_is_shown() -> None:
    with server() as heard:
        send([PLAIN], heard.url, key="outlay_12345678_secret")
    assert heard.requests[0][1]["authorization"] == "Bearer outlay_12345678_secret"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int) -> None:
    with server(Answer(status, headers={"retry-after": "0"}), Answer(status)) as heard:
        sent = send([PLAIN], heard.url)
    assert (sent.retries, [body for body, _ in heard.requests]) == (2, [PLAIN.body] * 3)


def test_a_refusal_is_final_and_says_why() -> None:
    with server(Answer(400, b"span 5b8a has no name")) as heard, pytest.raises(Unsendable) as refusal:
        send([PLAIN], heard.url)
    assert "400: span 5b8a has no name" in str(refusal.value)


def test_nobody_there_is_said_after_some_attempts() -> None:
    with socket.socket() as silent:  # it holds the port and does not listen
        silent.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces"
        with pytest.raises(Unsendable, match=r"in 2 attempts .*; is the server up"):
            send([PLAIN], gone, attempts=2)


def test_spans_rejected_in_a_partial_success_are_counted_in_either_encoding() -> None:
    told = ExportTraceServiceResponse()
    told.partial_success.rejected_spans = 2
    answers = [
        Answer(body=told.SerializeToString(), headers={"content-type": "application/x-protobuf"}),
        Answer(body=b'{"partialSuccess":{"rejectedSpans":"1"}}', headers={"content-type": "application/json"}),
    ]
    with server(*answers) as heard:
        sent = send([PLAIN, JSON], heard.url, concurrency=1)
    assert sent.rejected == 3


def test_a_script_waits_for_its_requests_before_it_goes_on() -> None:
    close = CloseMonth("2026-10", NOW)
    seen: list[object] = []
    with server() as heard:
        sent = play(
            [PLAIN, JSON, Refresh(), close, ZIPPED, Refresh()],
            heard.url,
            close=lambda step: seen.append((step, len(heard.requests))),
            refresh=lambda step: seen.append((step, len(heard.requests))),
        )
    assert (seen, sent.requests) == ([(Refresh(), 2), (close, 2), (Refresh(), 3)], 3)


def test_progress_is_told_for_every_request() -> None:
    told: list[tuple[float, int]] = []
    with server() as heard:
        send([PLAIN, JSON, ZIPPED], heard.url, progress=lambda done, sent: told.append((done, sent.spans)))
    assert told == [(0.5, 3), (0.6, 5), (0.7, 6)]
