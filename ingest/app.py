"""The socket: one ingest process as an application. A sender hears 200 when its records are on disk, never before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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
from ingest.counted import Counted
from ingest.counters import Counters
from ingest.doorkeeper import Doorkeeper, as_response
from ingest.exposition import CONTENT_TYPE, exposition
from ingest.faults import CUT_OFF, Busy, Refused
from ingest.gate import Gate
from ingest.grpc import Collector
from ingest.in_flight import Held
from ingest.inflate import encoding, inflate
from ingest.intake import Intake
from ingest.keys import Keys, RememberedKeys
from ingest.outcome_requests import PATH as OUTCOMES_PATH
from ingest.outcome_requests import Told, told_in
from ingest.receive import JSON
from ingest.scores import INGESTION_PATH, SCORES_PATH, receive_scores
from ingest.signals import SIGNALS, TRACES, Signal

log = structlog.get_logger("ingest")

_PATHS: Final = " or ".join(signal.path for signal in SIGNALS.values())
# Where Langfuse's and LangSmith's exporters send spans: below the address they are given, nowhere else.
OTHER_PATHS: Final = ("/api/public/otel/v1/traces", "/otel/v1/traces")
Handler = Callable[[Request], Awaitable[Answer]]


def create(home: Path, config: IngestConfig) -> FastAPI:
    """The application of one ingest process over a home's journal and keys."""
    gate = Gate(RememberedKeys(Keys(home / "keys.db")), required=config.keys_required)
    socket = Socket(home, config, gate)
    app = FastAPI(
        title="Outlay ingest",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=socket.lifespan,
        routes=[
            *(Route(each.path, answering(partial(socket.keep, each)), methods=["POST"]) for each in SIGNALS.values()),
            *(Route(path, answering(partial(socket.keep, TRACES)), methods=["POST"]) for path in OTHER_PATHS),
            *(Route(path, answering(socket.keep_scores), methods=["POST"]) for path in (SCORES_PATH, INGESTION_PATH)),
            Route(OUTCOMES_PATH, answering(socket.keep_outcomes), methods=["POST"]),
            Route("/healthz", answering(alive), methods=["GET"]),
            Route("/readyz", answering(socket.ready), methods=["GET"]),
            Route("/metrics", answering(socket.metrics), methods=["GET"]),
        ],
        exception_handlers={HTTPException: unrouted},
    )
    app.add_middleware(Doorkeeper, gate=gate)
    app.add_middleware(Counted, counters=socket.counters)
    app.state.counters = socket.counters
    return app


class Socket:
    """The handlers of HTTP."""

    def __init__(self, home: Path, config: IngestConfig, gate: Gate) -> None:
        self.counters = Counters(home)
        self._intake = Intake(home, config.limits, self.counters)
        self._collector = Collector(self._intake, gate, config.grpc) if config.grpc else None

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        """Write while the process serves; what was taken is on disk before it ends."""
        self._intake.start()
        if self._collector:
            await self._collector.start()
        yield
        if self._collector:
            await self._collector.stop()
        await self._intake.close()

    async def keep(self, signal: Signal, request: Request) -> Answer:
        """POST /v1/traces, /v1/logs or /v1/metrics: judge what was sent, keep it, then say so."""
        told = request.headers
        with self._intake.one_request() as held:
            receipt = await self._intake.keep(
                signal,
                await self._body(request, held),
                request.scope["state"]["key"],
                content_type=told.get("content-type"),
                content_encoding=told.get("content-encoding"),
            )
        return answers.accepted(receipt, told["content-type"], self._intake.limits.faults_answered)

    async def keep_scores(self, request: Request) -> Answer:
        """POST /api/public/scores or /api/public/ingestion: keep Langfuse's scores as evaluation events."""
        with self._intake.one_request() as held:
            sent = await self._body(request, held)
            judge = partial(
                receive_scores,
                path=request.scope["path"],
                content_encoding=request.headers.get("content-encoding"),
                body=sent,
                limits=self._intake.limits,
                now=datetime.now(UTC),
            )
            receipt, scores = await self._intake.judged(judge, len(sent))
            await self._intake.write(receipt, request.scope["state"]["key"])
        log.debug("scores kept", scores=scores.accepted)
        return Answer(scores.status, JSON, scores.answer)

    async def keep_outcomes(self, request: Request) -> Answer:
        """POST /v1/outcomes: keep what became of tasks, then say so."""
        key, headers, limits = request.scope["state"]["key"], request.headers, self._intake.limits
        with self._intake.one_request() as held:
            sent = await self._body(request, held)
            encoded = encoding(headers.get("content-encoding"))

            def judge() -> Told:
                body = inflate(sent, encoded, limits.body_bytes)
                return told_in(headers.get("content-type"), body, key, limits, datetime.now(UTC))

            told = await self._intake.judged(judge, len(sent))
            await self._intake.write(told.receipt(), key)
        return Answer(200, JSON, told.answer(limits.faults_answered))

    async def metrics(self, _request: Request) -> Answer:
        """GET /metrics: what all ingest processes of the home have counted, for Prometheus."""
        return Answer(200, CONTENT_TYPE, exposition(self.counters.samples()).encode())

    async def ready(self, _request: Request) -> Answer:
        """GET /readyz: can what is sent be kept?"""
        await self._intake.check()
        return Answer(200, JSON, b'{"status":"ready"}')

    async def _body(self, request: Request, held: Held) -> bytes:
        declared = request.headers.get("content-length", "")
        expected = int(declared) if declared.isdecimal() and len(declared) < 19 else 0
        pieces: list[bytes] = []
        size = 0
        seconds = self._intake.limits.body_seconds
        try:
            async with asyncio.timeout(seconds):
                # Only what has arrived is held: who declares much and sends little must not take the room of others.
                self._intake.refuse_large(expected)
                async for piece in request.stream():
                    size += len(piece)
                    self._intake.admit(size, held)
                    pieces.append(piece)
        except TimeoutError:
            raise Busy(f"the body did not arrive within {seconds} s; send it again") from None
        return b"".join(pieces)


def answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """A handler whose refusals, and our own mistakes, reach the sender as OTLP says."""

    async def endpoint(request: Request) -> Response:
        asked = request.headers.get("content-type")
        try:
            answer = await handler(request)
        except Refused as refusal:
            log.info("request refused", path=request.scope["path"], **refusal.logged)
            answer = answers.refused(refusal, asked)
        except Busy as busy:
            log.info("request put off", path=request.scope["path"], reason=busy.sentence)
            answer = answers.busy(busy, asked)
        except ClientDisconnect:
            answer = Answer(CUT_OFF, JSON, b"")  # nobody is there to read it
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
        refusal = Refused(f"{method} is not allowed on {path}; telemetry is sent by POST to {_PATHS}", 405, "method")
    else:
        refusal = Refused(f"there is no {path} here; telemetry is sent by POST to {_PATHS}", 404, "path")
    response = as_response(answers.refused(refusal, request.headers.get("content-type")))
    response.headers.update(getattr(error, "headers", None) or {})
    return response
