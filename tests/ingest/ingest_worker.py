"""A real ingest process on a loopback port, as `outlay serve` starts it: the socket is bound first and inherited."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

# No bar of speed: it ends what hangs, on the slowest machine.
PATIENCE_S = 60.0


@contextmanager
def reserved() -> Iterator[str]:
    """An address for gRPC whose port nobody else takes meanwhile; those that share it may listen on it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


class Worker:
    """`python -m ingest` over a home; it may be stopped, killed and started again on the same socket."""

    def __init__(self, home: Path, *, largest_file: int | None = None, **told: Any) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._told = {"home": str(home), "fd": self._listening.fileno(), "keys_required": False} | told
        self._largest_file = largest_file
        self.grpc = ""
        self._log = home / "worker.log"
        self.client = httpx2.Client(base_url=self.url, trust_env=False, timeout=PATIENCE_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.stop()
        self._listening.close()

    def start(self) -> None:
        command = [sys.executable, "-m", "ingest"]
        if self._largest_file:
            # A file system with no room left, for this process only (and no signal when it meets the limit).
            command = [
                "bash",
                "-c",
                f"trap '' XFSZ; ulimit -f {self._largest_file // 1024}; exec \"$@\"",
                "-",
                *command,
            ]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, "OUTLAY_INGEST": json.dumps(self._told)},
                pass_fds=[self._listening.fileno()],
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                httpx2.get(f"{self.url}/healthz", trust_env=False, timeout=PATIENCE_S)
                return
            except httpx2.HTTPError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def hears(self, words: bytes) -> bytes:
        """What somebody hears who says these words, HTTP or none, and then listens until the connection is closed."""
        host, port = self.url.removeprefix("http://").split(":")
        heard = b""
        with socket.create_connection((host, int(port)), PATIENCE_S) as sender, suppress(ConnectionResetError):
            sender.sendall(words)
            while piece := sender.recv(65_536):
                heard += piece
        return heard

    def stop(self) -> int:
        """Ask it to finish; gives the exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def log(self) -> str:
        return self._log.read_text()

    def most_memory_mib(self) -> int:
        """The most it has held since it started (VmHWM)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) // 1024
