"""How long a sender may take over the head of a request, and how long the head may be; uvicorn itself has no bound.

A connection that opens and says nothing, or a header a minute, would be held for ever, and a head without end would be
kept in memory. What is refused here is answered before there is a request, so its Status is JSON.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ingest import answers
from ingest.answers import Answer
from ingest.counters import Counters
from ingest.faults import Busy, Refused
from ingest.limits import Limits

# Exporters send a dozen headers; the longest of them is a key.
HEAD_BYTES: Final = 32 * 1024


class Patience(HttpToolsProtocol):
    """One connection, whose sender has `head_seconds` for each request's head."""

    def __init__(self, *args: Any, limits: Limits, counters: Counters, **named: Any) -> None:
        super().__init__(*args, **named)
        self._limits = limits
        self._counters = counters
        self._waiting: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # - as uvicorn's own does
        """Begin to wait, unless as many connections are open as are allowed."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._answer(answers.busy(Busy("as many connections are open as are allowed; try again"), None))
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._head_is_here()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._head_bytes = 0
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        """A piece of its path."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._head_is_here()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or has a head without end."""
        if self._head_bytes > HEAD_BYTES:
            msg = f"the head of the request is more than {HEAD_BYTES} bytes"
        self._answer(answers.refused(Refused(msg, place="head"), None))

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES:
            raise ValueError("the head is too long")  # ends the parsing; `send_400_response` answers

    def _expect_head(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(self._limits.head_seconds, self._too_late)

    def _head_is_here(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_late(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()

    def _answer(self, answer: Answer) -> None:
        self._counters.answered(answer.status)
        told = {"content-type": answer.content_type, "content-length": str(len(answer.body)), "connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**told, **answer.headers}.items())
        self.transport.write(STATUS_LINE[answer.status] + head.encode("ascii") + b"\r\n" + answer.body)
        self.transport.close()
