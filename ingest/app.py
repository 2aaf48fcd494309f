"""The socket: one ingest process as an application. A sender hears 200 when its spans are on disk, never before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ingest import answers
from ingest.answers import Answer
from ingest.config import IngestConfig
from ingest.doorkeeper import Doorkeeper, as_response
from ingest.entry import Entry
from ingest.faults import Busy, Refused
from ingest.in_flight import Held, InFlight
from ingest.inflate import encoding, inflate, too_large
from ingest.journal import Journal
from ingest.keys import Key, Keys, RememberedKeys
from ingest.receive import JSON, PROTOBUF, Receipt, receive
from ingest.scores import INGESTION_PATH, SCORES_PATH, scores_in
from ingest.scribe import Scribe
from ingest.signals import LOGS, SIGNALS, TRACES, Signal

log = structlog.get_logger("ingest")

# A body larger than this is read on a thread beside the loop, so that other senders are answered meanwhile.
INLINE_BYTES: Final = 64 * 1024
_PATHS: Final = " or ".join(signal.path for signal in SIGNALS.values())
# Where Langfuse's and LangSmith's exporters send spans: below the address they are given, nowhere else.
OTHER_PATHS: Final = ("/api/public/otel/v1/traces", "/otel/v1/traces")
Handler = Callable[[Request], Awaitable[Answer]]


def create(home: Path, config: IngestConfig) -> FastAPI:
    """The application of one ingest process over a home's journal and keys."""
    socket = Socket(home, config)
    app = FastAPI(
        title="Outlay ingest",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=socket.lifespan,
        routes=[
            *(Route(each.path, answering(partial(socket.keep, each)), methods=["POST"]) for each in SIGNALS.values()),
            *(Route(path, answering(partial(socket.keep, TRACES)), methods=["POST"]) for path in OTHER_PATHS),
            *(Route(path, answering(socket.keep_scores), methods=["POST"]) for path in (SCORES_PATH, INGESTION_PATH)),
            Route("/healthz", answering(alive), methods=["GET"]),
            Route("/readyz", answering(socket.ready), methods=["GET"]),
        ],
        exception_handlers={HTTPException: unrouted},
    )
    app.add_middleware(Doorkeeper, keys=RememberedKeys(Keys(home / "keys.db")), required=config.keys_required)
    return app


class Socket:
    """What the handlers share: the journal and its scribe, the limits, and the count of bytes in flight."""

    def __init__(self, home: Path, config: IngestConfig) -> None:
        self._limits = config.limits
        self._journal = Journal(home / "journal")
        self._scribe = Scribe(self._journal, config.limits)
        self._in_flight = InFlight(config.limits.in_flight_bytes)
        # One thread: decoding holds the interpreter anyway, and one large body at a time bounds the memory.
        self._desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode")

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Write while the process serves; what was taken is on disk before it ends."""
        self._scribe.start()
        yield
        await asyncio.to_thread(self._scribe.close)
        self._desk.shutdown()

    async def keep(self, signal: Signal, request: Request) -> Answer:
        """POST /v1/traces, /v1/logs or /v1/metrics: judge what was sent, keep it, then say so."""
        with self._in_flight.one_request() as held:
            body = await self._body(request, held)
            receipt = await self._judge(signal, request, body)
            if receipt.spans or receipt.faults:
                await self._write(receipt, request)
        if receipt.faults:
            log.info("request partly kept", spans=receipt.spans, rejected=receipt.rejected, faults=len(receipt.faults))
        else:
            log.debug("request kept", spans=receipt.spans, bytes=len(body))
        return answers.accepted(receipt, request.headers["content-type"], self._limits.faults_answered)

    async def keep_scores(self, request: Request) -> Answer:
        """POST /api/public/scores or /api/public/ingestion: keep Langfuse's scores as evaluation events."""
        with self._in_flight.one_request() as held:
            sent = await self._body(request, held)
            encoded = encoding(request.headers.get("content-encoding"))
            body = inflate(sent, encoded, self._limits.body_bytes)
            scores = scores_in(request.scope["path"], body, datetime.now(UTC))
            receipt = receive(
                signal=LOGS.name,
                content_type=PROTOBUF,
                content_encoding=None,
                body=scores.request,
                limits=self._limits,
            )
            if scores.accepted:
                await self._write(receipt, request)
        log.debug("scores kept", scores=scores.accepted)
        return Answer(scores.status, JSON, scores.answer)

    async def _write(self, receipt: Receipt, request: Request) -> None:
        key: Key | None = request.scope["state"]["key"]
        await asyncio.wrap_future(self._scribe.keep(_entry(receipt, key, datetime.now(UTC))))

    async def ready(self, _request: Request) -> Answer:
        """GET /readyz: can what is sent be kept?"""
        await asyncio.to_thread(self._journal.check, datetime.now(UTC))
        return Answer(200, JSON, b'{"status":"ready"}')

    async def _body(self, request: Request, held: Held) -> bytes:
        declared = request.headers.get("content-length", "")
        expected = int(declared) if declared.isdecimal() and len(declared) < 19 else 0
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                self._admit(expected, held)
                async for piece in request.stream():
                    size += len(piece)
                    self._admit(size, held)
                    pieces.append(piece)
        except TimeoutError:
            raise Busy(f"the body did not arrive within {self._limits.body_seconds} s; send it again") from None
        return b"".join(pieces)

    def _admit(self, size: int, held: Held) -> None:
        if size > self._limits.body_bytes:
            raise too_large(self._limits.body_bytes)
        held.at_least(size)

    async def _judge(self, signal: Signal, request: Request, body: bytes) -> Receipt:
        judge = partial(
            receive,
            signal=signal.name,
            content_type=request.headers.get("content-type"),
            content_encoding=request.headers.get("content-encoding"),
            body=body,
            limits=self._limits,
        )
        if len(body) <= INLINE_BYTES:
            return judge()
        return await asyncio.get_running_loop().run_in_executor(self._desk, judge)


def answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A handler whose refusals, and our own mistakes, reach the sender as OTLP says."""

    async def endpoint(request: Request) -> Response:
        asked = request.headers.get("content-type")
        try:
            answer = await handler(request)
        except Refused as refusal:
            log.info("request refused", path=request.scope["path"], status=refusal.status, reason=refusal.sentence)
            answer = answers.refused(refusal, asked)
        except Busy as busy:
            log.info("request put off", path=request.scope["path"], reason=busy.sentence)
            answer = answers.busy(busy, asked)
        except ClientDisconnect:
            answer = Answer(400, JSON, b"")  # nobody is there to read it
        except Exception:  # a 500 would make every exporter throw its spans away; a 503 makes it try again
            log.exception("request failed", path=request.scope["path"])
            answer = answers.busy(
                Busy("this request met a mistake of ours, which is in the log; it was not kept"), asked
            )
        return as_response(answer)

    return endpoint


async def alive(_request: Request) -> Answer:
    """GET /healthz: is this process alive?"""
    return Answer(200, JSON, b'{"status":"alive"}')


async def unrouted(request: Request, error: Exception) -> Response:
    """What the router itself refuses: paths and methods that do not exist."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    method, path = request.scope["method"], request.scope["path"][:80]
    if status == 405:
        refusal = Refused(f"{method} is not allowed on {path}; telemetry is sent by POST to {_PATHS}", 405)
    else:
        refusal = Refused(f"there is no {path} here; telemetry is sent by POST to {_PATHS}", 404)
    response = as_response(answers.refused(refusal, request.headers.get("content-type")))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


def _entry(receipt: Receipt, key: Key | None, now: datetime) -> Entry:
    return Entry(
        received_at=now,
        key_id=key.key_id if key else None,
        team=key.team if key else None,
        signal=receipt.signal,
        content_type=receipt.content_type,
        content_encoding=receipt.content_encoding,
        body=receipt.body,
        faults=receipt.faults,
        speaks_for=key.speaks_for if key else None,
    )
