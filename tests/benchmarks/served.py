"""A real server to measure, as users start it, and what its processes have cost so far, as the kernel counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
START_WITHIN_S: Final = 60.0
# outlay.toml of a server that takes whatever ports are free.
ANY_PORT: Final = "[server]\notlp_port = 0\ngrpc_port = 0\nweb_port = 0\n"
PARTS: Final = {
    "outlay.serving.core": "core",
    "outlay.serving.ingest_process": "ingest",
    "outlay.serving.server": "server",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running `outlay serve`: where it listens, and its first process."""

    otlp: tuple[str, int]
    web: httpx2.Client
    pid: int

    def cpu_s(self) -> dict[str, float]:
        """Processor seconds, user and system, of each part's processes: server, ingest, core."""
        spent: dict[str, float] = {}
        for pid, part in self._parts().items():
            user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            spent[part] = spent.get(part, 0.0) + (int(user) + int(system)) / TICKS_A_SECOND
        return spent

    def resident_mb(self) -> dict[str, float]:
        """Resident memory of the largest process of each part."""
        held: dict[str, float] = {}
        for pid, part in self._parts().items():
            status = Path(f"/proc/{pid}/status").read_text()
            kilobytes = int(status.partition("VmRSS:")[2].split()[0])
            held[part] = max(held.get(part, 0.0), kilobytes / 1024)
        return held

    def spans(self) -> int:
        return int(self.web.get("/api/v1/status").raise_for_status().json()["spans"])

    def waiting(self) -> int:
        """Requests that are accepted and not yet in the ledger."""
        return int(self.web.get("/api/v1/status").raise_for_status().json()["journal_lag_entries"])

    def calls_in_a_metric(self) -> int:
        rows: list[dict[str, Any]] = self.web.get("/api/v1/metrics/spend_by_team").raise_for_status().json()["rows"]
        return sum(row["calls"] for row in rows)

    def _parts(self) -> dict[int, str]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return {pid: _part(pid) for pid in (self.pid, *map(int, children))}


def _part(pid: int) -> str:
    told = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return next((part for module, part in PARTS.items() if module in told), "server")


def spent_since(server: Server, before: Mapping[str, float]) -> dict[str, float]:
    """Processor seconds of each part since `before`."""
    return {part: total - before.get(part, 0.0) for part, total in server.cpu_s().items()}


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """`outlay serve` over a home, on free ports of loopback, for the length of the block."""
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "outlay.toml"
    if not settings.exists():
        settings.write_text(ANY_PORT)
    record = home / "server.json"
    # An installed program keeps what Python has compiled; compiling it at every start would be half the cost of one.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with (home / "server.log").open("ab") as log:
        command = [sys.executable, "-P", "-m", "outlay.serving.server", str(home)]
        process = subprocess.Popen(command, stderr=log, env=environment)
    try:
        told = _announced(record, process)
        with httpx2.Client(
            base_url=told["web_url"],
            headers={"Authorization": f"Bearer {told['token']}"},
            trust_env=False,
            timeout=START_WITHIN_S,
        ) as web:
            host, port = told["otlp_url"].removeprefix("http://").split(":")
            yield Server((host, int(port)), web, process.pid)
    finally:
        process.terminate()
        process.wait(START_WITHIN_S)


def _announced(record: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        if record.exists():
            told: dict[str, Any] = json.loads(record.read_text())
            if told["pid"] == process.pid:
                return told
        time.sleep(0.01)
    raise RuntimeError(f"the server did not start; {record.with_name('server.log')} says why")


def wait_until_ready(server: Server) -> None:
    """Return when the core answers."""
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            server.spans()
            return
        except httpx2.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def wait_until_visible(server: Server, calls: int, *, look_every_s: float = 0.25, within_s: float = 300.0) -> None:
    """Return when a metric counts so many calls."""
    deadline = time.monotonic() + within_s
    while server.calls_in_a_metric() < calls:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{calls} calls were not in a metric within {within_s} s")
        time.sleep(look_every_s)
