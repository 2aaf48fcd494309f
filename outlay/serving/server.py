"""Serve a home: bind the addresses once, then keep the processes alive that accept spans and that show what they mean.

`python -m outlay.serving.server HOME` is what `outlay serve` becomes. It holds the sockets, so a process that dies and
is started again refuses nobody; and it imports no big library, so it is not among the things that die.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import structlog

from ingest import forget
from outlay.home import Home, HomeTaken, Serving
from outlay.logs import to_stderr
from outlay.serving.crew import Crew, Part
from outlay.serving.sockets import NotBound, address, bind, is_loopback, reserve, url
from outlay.settings.file import FILE, SettingsBroken, read
from outlay.settings.settings import Settings

log = structlog.get_logger("server")

LOOK_EVERY_S = 0.2
# What reading a batch took goes back to the machine; by itself the C library keeps 150 MB of it, for each thread some.
# Arrays of up to 4 MB are kept for the next one: to get each from the kernel costs a twentieth of all loading.
GIVING_BACK = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "16777216", "MALLOC_MMAP_THRESHOLD_": "4194304"}
# -P: a file that happens to be called alerts.py in the folder where one types must not replace ours.
PYTHON = (sys.executable, "-P", "-m")


class Unsafe(RuntimeError):
    """What was asked for would show the company's spend to strangers."""


@dataclass(frozen=True, slots=True)
class Listening:
    """The addresses of a server; gRPC's is only kept here, and every ingest process listens on it."""

    otlp: socket.socket
    grpc: socket.socket
    web: socket.socket


def main() -> None:
    """Serve the home named by the first argument until SIGTERM or SIGINT; exits 1 with one sentence if it cannot."""
    to_stderr()
    try:
        serve(Home(Path(sys.argv[1])))
    except (SettingsBroken, NotBound, HomeTaken, Unsafe) as error:
        sys.stderr.write(f"outlay: {error}\n")
        sys.exit(1)


def serve(home: Home) -> None:
    """Bind, start, watch, stop. Raises before anything is started when the home or an address cannot be had."""
    settings = read(home.folder)
    _safe(settings, home)
    home.refuse_if_taken()
    listening = Listening(
        bind(settings.server.host, settings.server.otlp_port, setting="--otlp-port"),
        reserve(settings.server.host, settings.server.grpc_port, setting="--grpc-port"),
        bind(settings.server.host, settings.server.web_port, setting="--web-port"),
    )
    serving = Serving(
        os.getpid(), url(listening.otlp), url(listening.web), secrets.token_urlsafe(32), address(listening.grpc)
    )
    crew = Crew(
        [core_part(home, listening, serving), *ingest_parts(home, settings, listening.otlp, serving.grpc_address)]
    )
    with _stop_signals() as stopping:
        forget(home.folder)
        home.announce(serving)
        crew.start()
        sys.stderr.write(
            f"OTLP is accepted at {serving.otlp_url} (gRPC at {serving.grpc_address}), pages are at {serving.web_url}\n"
        )
        try:
            while not stopping:
                if unable := crew.look():
                    # It has said why on stderr.
                    log.error("part cannot start", part=unable)
                    sys.exit(1)
                time.sleep(LOOK_EVERY_S)
        finally:
            crew.stop()
            home.withdraw(serving.pid)


def core_part(home: Home, listening: Listening, serving: Serving) -> Part:
    """The process that owns the warehouse."""
    told = {
        "home": str(home.folder),
        "web_descriptor": listening.web.fileno(),
        "otlp_url": serving.otlp_url,
        "web_url": serving.web_url,
        "token": serving.token,
    }
    environment = {**GIVING_BACK, **os.environ, "OUTLAY_CORE": orjson.dumps(told).decode()}
    return Part("core", [*PYTHON, "outlay.serving.core"], environment, [listening.web.fileno()])


def ingest_parts(home: Home, settings: Settings, otlp: socket.socket, grpc: str | None = None) -> list[Part]:
    """The processes that accept OTLP, all from the one socket, and over gRPC at the one address they share."""
    told = {
        "home": str(home.folder),
        "fd": otlp.fileno(),
        "grpc": grpc,
        "keys_required": settings.keys.required,
        "limits": asdict(settings.limits.of_the_socket()),
    }
    environment = {**os.environ, "OUTLAY_INGEST": orjson.dumps(told).decode()}
    return [
        Part(f"ingest {number}", [*PYTHON, "outlay.serving.ingest_process"], environment, [otlp.fileno()])
        for number in range(1, settings.server.ingest_workers + 1)
    ]


def _safe(settings: Settings, home: Home) -> None:
    if not is_loopback(settings.server.host) and not settings.keys.required:
        raise Unsafe(
            f"{settings.server.host} is reached from other machines, and keys are off: set keys.required = true in "
            f"{home.folder / FILE}, or listen on 127.0.0.1"
        )


@contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """A list that fills with the signals that ask to stop."""
    received: list[int] = []
    before = {
        each: signal.signal(each, lambda got, _frame: received.append(got)) for each in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield received
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


if __name__ == "__main__":
    main()
