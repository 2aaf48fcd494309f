"""OTLP over gRPC: the same three signals, the same gate, journal and refusals as over HTTP, on a port of its own.

Every worker listens on the one port (SO_REUSEPORT): the kernel spreads connections over those that live, so that a
worker that is started again refuses nobody for long. A refusal is told as OTLP/gRPC prescribes: UNAVAILABLE with
RetryInfo may be sent again, every other code may not (opentelemetry-proto, docs/specification.md, "OTLP/gRPC").
A message that is too large is RESOURCE_EXHAUSTED without RetryInfo: sent again it would be as large.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

import grpc
import structlog

from ingest import answers
from ingest.faults import Busy, Refused
from ingest.gate import Gate
from ingest.inflate import IDENTITY
from ingest.intake import Intake
from ingest.keys import secret_in
from ingest.receive import PROTOBUF
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
            key = await self._gate.admit(secret_in(_Lowered(context.invocation_metadata())))
            with self._intake.one_request() as held:
                message = await self._message(context)
                if message is None:
                    return b""  # gRPC itself has told the sender why: too large, or gone
                self._intake.admit(len(message), held)
                receipt = await self._intake.keep(
                    signal, message, key, content_type=PROTOBUF, content_encoding=IDENTITY
                )
        except Refused as refusal:
            log.info("request refused", signal=signal.name, **refusal.logged)
            self._intake.counters.answered(refusal.status)
            await _end(context, answers.CODES[refusal.status], refusal.sentence)
        except Busy as busy:
            log.info("request put off", signal=signal.name, reason=busy.sentence)
            self._intake.counters.answered(503)
            await _end(context, answers.CODES[503], busy.sentence, busy.retry_after_s)
        except grpc.aio.AbortError:
            raise
        except Exception:  # whatever it was, it is tried again rather than lost
            log.exception("request failed", signal=signal.name)
            self._intake.counters.answered(503)
            sentence = "this request met a mistake of ours, which is in the log; it was not kept"
            await _end(context, answers.CODES[503], sentence, 1)
        self._intake.counters.answered(200)
        response: bytes = answers.response_to(receipt, self._intake.limits.faults_answered).SerializeToString()
        return response

    async def _message(self, context: Any) -> bytes | None:
        """The call's one message, received only now that its sender is known; None when there is none."""
        seconds = self._intake.limits.body_seconds
        try:
            async with asyncio.timeout(seconds):
                message = await self._received(context)
        except TimeoutError:
            raise Busy(f"the message did not arrive within {seconds} s; send it again") from None
        return message if isinstance(message, bytes) else None

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
        return grpc.stream_unary_rpc_method_handler(partial(self._collector.export, signal)) if signal else None


class _Lowered(dict[str, str]):
    """Metadata as headers: gRPC's keys are lower-case already, and its binary ones are none of ours."""

    def __init__(self, metadata: Any) -> None:
        super().__init__((key, value) for key, value in metadata if isinstance(value, str))


async def _end(context: Any, code: int, sentence: str, retry_after_s: int | None = None) -> None:
    message = sentence[: answers.MESSAGE_CHARS]
    # Details are HTTP headers, which hold ASCII; the status beside them holds the sentence as it is.
    status = answers.status_protobuf(code, message, *([_retry_info(retry_after_s)] if retry_after_s else []))
    await context.abort(_CODES[code], message, ((_STATUS, status),))


def _retry_info(seconds: int) -> bytes:
    """google.rpc.RetryInfo in an Any: retry_delay is its field 1, a Duration's seconds are field 1 of that."""
    delay = b"\x08" + answers.varint(seconds)
    info = answers.field(1, delay)
    return answers.field(1, _RETRY_INFO) + answers.field(2, info)
