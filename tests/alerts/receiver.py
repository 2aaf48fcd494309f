"""A webhook's receiver on loopback: real HTTP, with an answer per request as a case wants it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 0.0  # before the answer
    drip: bool = False  # the headers come byte by byte, without end
    hang_up: bool = False  # take the request, close without an answer
    body: bytes = b""


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    answer: Answer = Answer()


@dataclass
class Receiver:
    port: int
    answers: list[Answer] = field(default_factory=list)  # used up one by one, then `usual` for ever
    usual: Answer = Answer()
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?token=abc"

    @property
    def bodies(self) -> list[bytes]:
        return [request.body for request in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver.answers.pop(0) if receiver.answers else receiver.usual
            receiver.received.append(Received(self.path, headers, body, answer))
            self.close_connection = True
            if answer.hang_up or stopped.wait(answer.wait_s):
                return
            if answer.drip:
                self._drip()
                return
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            with suppress(OSError):  # whoever waited for the answer may be gone
                self.end_headers()
                self.wfile.write(answer.body)

        def do_GET(self) -> None:
            self.do_POST()

        def _drip(self) -> None:
            while not stopped.is_set():
                try:
                    self.wfile.write(b"H")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.02)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
