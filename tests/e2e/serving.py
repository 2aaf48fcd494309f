"""A server as a user starts one, and the commands as a user types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from outlay.demo import History

OUTLAY = str(Path(sys.executable).parent / "outlay")
PATIENCE_S = 60.0
WITHIN_S = 400.0  # the longest command: three months of the demo company, in forty seconds on a core of its own


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    home: Path
    otlp_url: str
    web_url: str
    pid: int
    log: Path

    def status(self, secret: str = "") -> dict[str, Any]:
        headers = {"x-api-key": secret} if secret else {}
        address = f"{self.web_url}/api/v1/status"
        found: dict[str, Any] = httpx2.get(address, headers=headers, trust_env=False, timeout=PATIENCE_S).json()
        return found

    def wait_for_spans(self, count: int, secret: str = "", *, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """The status once that many spans are in the ledger, and nothing waits to be read."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            status = self.status(secret)
            if status["spans"] >= count and status["journal_lag_entries"] == 0:
                return status
            time.sleep(0.2)
        raise AssertionError(f"{count} spans were sent, the ledger has {self.status(secret)}")


@dataclass(frozen=True)
class Demo:
    """The demo company's home, its server, and the generator's own books of what was sent."""

    server: Running
    history: History


FREE_PORTS = ("--otlp-port", "0", "--grpc-port", "0", "--web-port", "0")


def outlay(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [OUTLAY, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def answer(*words: str) -> Any:
    """A command's JSON answer."""
    done = outlay(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def serving(home: Path, log: Path) -> Iterator[Running]:
    """`outlay serve` on free ports until the block ends; what it says goes to the log."""
    with log.open("wb") as file:
        process = subprocess.Popen([OUTLAY, "serve", "--home", str(home), *FREE_PORTS], stderr=file, stdout=file)
        try:
            told = _told(home, process, log)
            yield Running(home, told["otlp_url"], told["web_url"], process.pid, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def _told(home: Path, process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """What server.json says, once both addresses answer."""
    deadline = time.monotonic() + PATIENCE_S
    record = home / "server.json"
    while process.poll() is None and time.monotonic() < deadline:
        try:
            told: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
            for address in (f"{told['otlp_url']}/readyz", f"{told['web_url']}/healthz"):
                httpx2.get(address, trust_env=False, timeout=PATIENCE_S).raise_for_status()
            return told
        except (FileNotFoundError, httpx2.HTTPError):
            time.sleep(0.1)
    raise AssertionError(f"outlay serve did not come up: {log.read_text(encoding='utf-8')}")


def children(pid: int, named: str) -> list[int]:
    """The processes that process started and whose command names the module; read whole, as `ps` cuts long lines."""
    return [child for child, parent, command in _processes() if parent == pid and named in command]


def _processes() -> Iterator[tuple[int, int, str]]:
    """Each process that runs: its number, its parent's, its command."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name before the last bracket may hold anything; after it stand the state and the parent.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            yield int(folder.name), parent, (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
