"""`make bench-peers`: the same requests sent to Phoenix and to MLflow, each in an environment of its own, beside ours.

A span is queryable when the peer's own database has it. Of a peer that answers before it stores, the acknowledgement
is shown all the same, and says less.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2
from homes import SINCE
from made_requests import SPANS, bodies
from rows import Sending
from served import TICKS_A_SECOND, serving, wait_until_ready

START_WITHIN_S: Final = 180.0
STORE_WITHIN_S: Final = 600.0
PROTOBUF: Final = {"Content-Type": "application/x-protobuf"}


@dataclass(frozen=True, slots=True)
class Peer:
    """How to install and start another tool: `{port}`, `{other_port}` and `{folder}` are filled in."""

    name: str
    package: str
    command: Sequence[str]
    database: str
    headers: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


PEERS: Final = (
    Peer(
        "Phoenix",
        "arize-phoenix",
        ("phoenix", "serve"),
        "phoenix.db",
        environment={
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": "{port}",
            "PHOENIX_GRPC_PORT": "{other_port}",
            "PHOENIX_WORKING_DIR": "{folder}",
            "PHOENIX_TELEMETRY_ENABLED": "false",
        },
    ),
    Peer(
        "MLflow",
        "mlflow",
        (
            *("mlflow", "server", "--host", "127.0.0.1", "--port", "{port}", "--workers", "1"),
            *("--backend-store-uri", "sqlite:///{folder}/mlflow.db", "--artifacts-destination", "{folder}/artifacts"),
        ),
        "mlflow.db",
        headers={"x-mlflow-experiment-id": "0"},
    ),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Spans a CPU-second until they were acknowledged and until they were stored, and bytes of disk a span."""

    name: str
    acknowledged: float
    queryable: float
    bytes_a_span: float


def installed(peer: Peer, folder: Path) -> Path:
    """The folder of commands of an environment with the peer in it, made when it is not there."""
    environment = folder / peer.name.lower()
    if not (environment / "bin" / peer.command[0]).exists():
        uv = shutil.which("uv", path=Path(sys.executable).parent) or "uv"
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, environment], check=True)
        told = {**os.environ, "VIRTUAL_ENV": str(environment)}
        subprocess.run([uv, "pip", "install", "--quiet", peer.package], env=told, check=True, timeout=1_800)
    return environment / "bin"


@contextmanager
def running(peer: Peer, commands: Path, folder: Path) -> Iterator[tuple[int, str]]:
    """The peer's server over an empty folder: its process and its address."""
    words = {"port": str(_free_port()), "other_port": str(_free_port()), "folder": str(folder)}
    told = {name: value.format(**words) for name, value in peer.environment.items()}
    command = [str(commands / peer.command[0]), *(word.format(**words) for word in peer.command[1:])]
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    without = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, env={**without, "PATH": path, **told}, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    url = f"http://127.0.0.1:{words['port']}"
    try:
        _wait_for(url, server)
        yield server.pid, url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, 9)
            server.wait()


def measured(peer: Peer, commands: Path, requests: int) -> Measured:
    """Send so many requests of 512 spans, one after the other, and wait until the database has them all."""
    with TemporaryDirectory() as scratch, running(peer, commands, Path(scratch)) as (pid, url):
        database = Path(scratch) / peer.database
        sent = list(bodies(requests + 1, first_at=SINCE, every=timedelta(seconds=1)))
        spans = requests * SPANS
        with httpx2.Client(base_url=url, headers={**PROTOBUF, **peer.headers}, trust_env=False, timeout=300) as client:
            client.post("/v1/traces", content=sent[0]).raise_for_status()
            _wait_until_stored(database, SPANS)
            before, size = cpu_s(pid), _size(database)
            for body in sent[1:]:
                client.post("/v1/traces", content=body).raise_for_status()
            acknowledged = cpu_s(pid) - before
            _wait_until_stored(database, SPANS + spans)
            queryable = cpu_s(pid) - before
        return Measured(peer.name, spans / acknowledged, spans / queryable, (_size(database) - size) / spans)


def ours(requests: int) -> Measured:
    """The same of us."""
    with TemporaryDirectory() as scratch:
        home = Path(scratch)
        with serving(home) as server:
            wait_until_ready(server)
            sending = Sending(server)
            rates = sending.rates(1, lambda: list(sending.bodies(requests)))
            spans = server.spans()
        return Measured(
            "Outlay", rates.acknowledged, rates.queryable, (home / "warehouse.duckdb").stat().st_size / spans
        )


def cpu_s(root: int) -> float:
    """Processor seconds of a process and of all that it started."""
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return total / TICKS_A_SECOND


def _wait_until_stored(database: Path, spans: int) -> None:
    deadline = time.monotonic() + STORE_WITHIN_S
    while True:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as held:
            if held.execute("SELECT count(*) FROM spans").fetchone()[0] >= spans:
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"{database.name} did not have {spans} spans within {STORE_WITHIN_S:.0f} s")
        time.sleep(0.5)


def _size(database: Path) -> int:
    return sum(file.stat().st_size for file in database.parent.glob(f"{database.name}*"))


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(httpx2.HTTPError):
            httpx2.get(url, trust_env=False, timeout=5)
            return
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within {START_WITHIN_S:.0f} s")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--requests", type=int, default=8, help="of 512 spans, for each peer")
    asked.add_argument("--keep", type=Path, help="a folder in which their environments are kept for the next time")
    told = asked.parse_args()
    print(f"{'':<10} {'acknowledged, spans/CPU-s':>26} {'queryable, spans/CPU-s':>24} {'bytes a span':>14}")
    with TemporaryDirectory() as scratch:
        _print(ours(12 * told.requests))
        for peer in PEERS:
            _print(measured(peer, installed(peer, told.keep or Path(scratch)), told.requests))


def _print(found: Measured) -> None:
    rates = f"{found.acknowledged:>26,.0f} {found.queryable:>24,.0f} {found.bytes_a_span:>14,.0f}"
    print(f"{found.name:<10} {rates}", flush=True)


if __name__ == "__main__":
    main()
