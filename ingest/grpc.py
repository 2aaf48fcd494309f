"""OTLP over gRPC: the same three signals, the same gate, journal and refusals as over HTTP, on a port of its own.

Every worker listens on the one port (SO_REUSEPORT): the kernel spreads connections over those that live, so that a
worker that is started again refuses nobody for long. A refusal is told as OTLP/gRPC prescribes: UNAVAILABLE with
RetryInfo may be sent again, every other code may not (opentelemetry-proto, docs/specification.md, "OTLP/gRPC").
A message that is too large is RESOURCE_EXHAUSTED without RetryInfo: sent again it would be as large.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any, Final, NoReturn

import grpc
import structlog

from ingest import answers
from ingest.faults import CUT_OFF, Busy, Refused
from ingest.gate import Gate
from ingest.inflate import IDENTITY
from ingest.intake import Intake
from ingest.keys import secret_in
from ingest.receive import PROTOBUF, Receipt
from ingest.signals import SIGNALS, Signal

log = structlog.get_logger("ingest")

# Longer than any commit, shorter than the patience of whoever stopped us.
FINISH_WITHIN_S: Final = 5.0
# Messages that are being received at a time: each may grow to a whole body before it is ours to count.
RECEIVING: Final = 16
# Whose message is not there after this time makes room for the next, and goes on among as many others that are slow.
QUICK_S: Final = 0.5
# Calls that may wait for their turn; more are told RESOURCE_EXHAUSTED by gRPC itself, before we hear of them.
CALLS: Final = 1_024
_STATUS: Final = "grpc-status-details-bin"
_RETRY_INFO: Final = b"type.googleapis.com/google.rpc.RetryInfo"
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}


class CannotListen(RuntimeError):
    """The address cannot be listened on."""


class Collector:
    """The gRPC server of one ingest process."""

    def __init__(self, intake: Intake, gate: Gate, address: str) -> None:
        self._intake = intake
        self._gate = gate
        self._address = address
        self._server: Any = None
        self._turns = asyncio.Semaphore(RECEIVING)
        self._slow = asyncio.Semaphore(RECEIVING)

    async def start(self) -> None:
        """Listen; raises CannotListen when the port is somebody else's."""
        most = self._intake.limits.body_bytes
        options = [("grpc.so_reuseport", 1), ("grpc.max_receive_message_length", most)]
        self._server = grpc.aio.server(options=options, maximum_concurrent_rpcs=CALLS)
        self._server.add_generic_rpc_handlers((_Export(self),))
        try:
            self._server.add_insecure_port(self._address)
        except RuntimeError as error:
            raise CannotListen(f"{self._address} cannot be listened on for gRPC: {error}") from None
        await self._server.start()

    async def stop(self) -> None:
        """Finish the calls that came in, then stop."""
        await self._server.stop(FINISH_WITHIN_S)

    async def export(self, signal: Signal, _messages: Any, context: Any) -> bytes:
        """One call of Export: the response when all of it is on disk; refusals end the call with their code."""
        try:
            receipt = await self._kept(signal, context)
        except asyncio.CancelledError:
            self.count(CUT_OFF)
            raise
        except Refused as refusal:
            log.info("request refused", signal=signal.name, **refusal.logged)
            await self._end(context, refusal.status, refusal.sentence)
        except Busy as busy:
            log.info("request put off", signal=signal.name, reason=busy.sentence)
            await self._end(context, 503, busy.sentence, busy.retry_after_s)
        except Exception:  # whatever it was, it is tried again rather than lost
            log.exception("request failed", signal=signal.name)
            sentence = "this request met a mistake of ours, which is in the log; it was not kept"
            await self._end(context, 503, sentence, 1)
        self.count(200)
        response: bytes = answers.response_to(receipt, self._intake.limits.faults_answered).SerializeToString()
        return response

    def count(self, status: int) -> None:
        """Count an answer by the status that it would have over HTTP."""
        self._intake.counters.answered(status)

    async def _kept(self, signal: Signal, context: Any) -> Receipt:
        key = await self._gate.admit(secret_in(_Lowered(context.invocation_metadata())))
        with self._intake.one_request() as held:
            message = await self._message(context)
            self._intake.admit(len(message), held)
            return await self._intake.keep(signal, message, key, content_type=PROTOBUF, content_encoding=IDENTITY)

    async def _message(self, context: Any) -> bytes:
        """The call's one message, received only now that its sender is known; raises `Refused` when there is none."""
        seconds = self._intake.limits.body_seconds
        try:
            async with asyncio.timeout(seconds):
                message = await self._received(context)
        except TimeoutError:
            raise Busy(f"the message did not arrive within {seconds} s; send it again") from None
        if not isinstance(message, bytes):
            raise Refused("the call ended before it had a message", CUT_OFF)
        return message

    async def _received(self, context: Any) -> Any:
        async with self._turns:
            reading = asyncio.ensure_future(context.read())
            try:
                await asyncio.wait({reading}, timeout=QUICK_S)
            except asyncio.CancelledError:
                reading.cancel()
                raise
        if reading.done():
            return reading.result()
        try:
            if self._slow.locked():
                raise Busy("as many messages arrive slowly as are allowed to; send it again")
            async with self._slow:
                return await reading
        finally:
            reading.cancel()

    async def _end(self, context: Any, status: int, sentence: str, retry_after_s: int | None = None) -> NoReturn:
        """End a call as an HTTP status would."""
        self.count(status)
        code, message = answers.CODES[status], sentence[: answers.MESSAGE_CHARS]
        # Details are HTTP headers, which hold ASCII; the status beside them holds the sentence as it is.
        told = answers.status_protobuf(code, message, *([_retry_info(retry_after_s)] if retry_after_s else []))
        # Where gRPC has ended the call itself, aborting raises another error: over it is either way.
        with suppress(grpc.aio.InternalError):
            await context.abort(_CODES[code], message, ((_STATUS, told),))
        raise asyncio.CancelledError


class _Export(grpc.GenericRpcHandler):  # type: ignore[misc]  # - grpc has no types
    """Which method is ours. On the wire one message and a stream of one are the same; as a stream we say when it is
    received.
    """

    def __init__(self, collector: Collector) -> None:
        self._methods = {f"/{signal.service}/Export": signal for signal in SIGNALS.values()}
        self._collector = collector

    def service(self, handler_call_details: Any) -> Any:
        """The handler of a method; None where there is none, which gRPC tells as UNIMPLEMENTED."""
        signal = self._methods.get(handler_call_details.method)
        if signal is None:
            self._collector.count(404)
            return None
        return grpc.stream_unary_rpc_method_handler(partial(self._collector.export, signal))


class _Lowered(dict[str, str]):
    """Metadata as headers: gRPC's keys are lower-case already, and its binary ones are none of ours."""

    def __init__(self, metadata: Any) -> None:
        super().__init__((key, value) for key, value in metadata if isinstance(value, str))


def _retry_info(seconds: int) -> bytes:
    """google.rpc.RetryInfo in an Any: retry_delay is its field 1, a Duration's seconds are field 1 of that."""
    delay = b"\x08" + answers.varint(seconds)
    info = answers.field(1, delay)
    return answers.field(1, _RETRY_INFO) + answers.field(2, info)
