"""Where a command asks: a server that takes its time is named."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from outlay import counter
from outlay.home import Home, Serving
from outlay.settings.file import FILE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@contextmanager
def slow_server(answer: threading.Event) -> Iterator[str]:
    """A server that answers `[]` once it is told to."""

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_told: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_server_that_takes_its_time_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    answer = threading.Event()

    class Screen:
        def write(self, sentence: str) -> None:
            told.append(sentence)
            answer.set()

    (tmp_path / FILE).touch()
    monkeypatch.setattr(counter, "TELL_AFTER_S", 0.01)
    monkeypatch.setattr(counter.sys, "stderr", Screen())
    with slow_server(answer) as url:
        Home(tmp_path).announce(Serving(os.getpid(), url, url, "token"))
        found = counter.ask(Home(tmp_path), "status", {}, NOW)
    sentence = f"outlay: still waiting for the server at {url} (process {os.getpid()}); Ctrl-C asks no longer\n"
    assert (found, told) == ([], [sentence])
