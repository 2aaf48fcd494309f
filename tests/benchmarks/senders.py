"""Clients that send prepared bodies over kept connections: as fast as they are acknowledged, or at a pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

BUSY: Final = 503
PAUSE_S: Final = 0.05


@dataclass(slots=True)
class Sent:
    """How it went: acknowledged requests, how often one was put off, and when each was acknowledged."""

    acknowledged: int = 0
    put_off: int = 0
    seconds: float = 0.0
    acknowledged_at: list[float] = field(default_factory=list)


def send(
    address: tuple[str, int],
    bodies: Sequence[bytes] | Iterator[bytes],
    *,
    connections: int,
    encoding: str | None = None,
    every_s: float = 0.0,
    until: float | None = None,
) -> Sent:
    """Send each body once, over so many connections; what is put off with 503 is sent again.

    With `every_s` a request is begun that often at most; after `until` (of `time.monotonic`) no further one is.
    """
    head = "POST /v1/traces HTTP/1.1\r\nHost: outlay\r\nContent-Type: application/x-protobuf\r\n"
    head += f"Content-Encoding: {encoding}\r\n" if encoding else ""
    return asyncio.run(_send(address, _paced(bodies, every_s, until), connections, head))


async def _send(address: tuple[str, int], paced: Iterator[tuple[float, bytes]], connections: int, head: str) -> Sent:
    sent = Sent()
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_connection(address, paced, head, sent))
    sent.seconds = time.monotonic() - begun
    return sent


def _paced(bodies: Iterable[bytes], every_s: float, until: float | None) -> Iterator[tuple[float, bytes]]:
    """Each body with the moment before which it is not to be sent."""
    begun = time.monotonic()
    for number, body in enumerate(bodies):
        if until and time.monotonic() > until:
            return
        yield begun + number * every_s, body


async def _connection(address: tuple[str, int], paced: Iterator[tuple[float, bytes]], head: str, sent: Sent) -> None:
    reader, writer = await asyncio.open_connection(*address)
    for due, body in paced:
        if (early := due - time.monotonic()) > 0:
            await asyncio.sleep(early)
        message = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        while True:
            writer.write(message)
            await writer.drain()
            status = await _status(reader)
            if status == 200:
                break
            if status != BUSY:
                raise RuntimeError(f"a request was answered {status}")
            sent.put_off += 1
            await asyncio.sleep(PAUSE_S)
        sent.acknowledged += 1
        sent.acknowledged_at.append(time.monotonic())
    writer.close()
    await writer.wait_closed()


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    if length:
        await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
