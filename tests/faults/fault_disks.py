"""A disk that fills up: under the journal senders are put off, under the warehouse the ledger waits; both recover."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from fault_ledger import said
from fault_processes import Worker, serving
from fault_seen import Seen
from known_traffic import PROTOBUF, Senders, home_with_prices, request

SIZE_MIB = 24
PATIENCE_S = 60.0


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own with room for next to nothing; needs the rights to mount one."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "faults", str(folder)], check=True)  # noqa: S607 - mount of the PATH
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607 - umount of the PATH


def may_mount(folder: Path) -> bool:
    """Whether this user may mount a small disk."""
    try:
        with small_disk(folder / "tried"):
            return True
    except (subprocess.CalledProcessError, OSError):
        return False


def fill(disk: Path) -> Path:
    """Leave no room; gives the file to delete."""
    ballast = disk / "ballast"
    try:
        with ballast.open("wb") as file:
            while True:
                file.write(bytes(64 * 1024))
                file.flush()
    except OSError:
        return ballast


def journal_full(folder: Path, seed: int, times: int) -> Seen:
    """The disk of an ingest process fills up and is emptied again, several times, while senders send."""
    with small_disk(folder / "journal-disk") as disk:
        home = home_with_prices(disk / "home")
        put_off: set[str] = set()
        with Worker(home) as worker, Senders(worker.url, request, seed=seed, pause_s=0.05) as senders:
            for _ in range(times):
                time.sleep(0.5)
                ballast = fill(disk)
                body = request(random.Random(seed), calls=200).body
                for _ in range(SIZE_MIB * 2**20 // len(body)):  # more than there is room for, wherever some was left
                    answer = worker.client.post("/v1/traces", content=body, headers=PROTOBUF)
                    put_off.add(f"{answer.status_code} after {answer.headers.get('retry-after', '-')} s")
                    if answer.status_code != 200:
                        break
                ballast.unlink()
        sent, books = senders.sent, said(home)
    # What was sent while the disk was full may or may not have found room; it is one request, so one of two sums.
    more = request(random.Random(seed), calls=200)
    exact = any(
        books.equals(sent.calls + calls, sent.cost_usd + cost) for calls, cost in ((0, 0), (more.calls, more.cost_usd))
    )
    statuses = sorted(sent.statuses)
    told = f"{sent.calls:,} calls {'exact' if exact else f'say {books}'}; while full: {', '.join(sorted(put_off))}"
    holds = exact and "503 after 1 s" in put_off and set(statuses) <= {0, 200, 503} and not senders.failures
    return Seen(f"full disk under the journal, {times} times", "503 while full, nothing lost, recovers", told, holds)


def warehouse_full(folder: Path, seed: int, times: int) -> Seen:
    """The disk of a whole server fills up: what was acknowledged is in the ledger when there is room again."""
    with small_disk(folder / "warehouse-disk") as disk:
        home = home_with_prices(disk / "home")
        with serving(home, folder / "full.log") as server:
            with Senders(server.otlp_url, request, seed=seed, pause_s=0.1) as senders:
                for _ in range(times):
                    time.sleep(2)
                    ballast = fill(disk)
                    time.sleep(4)
                    ballast.unlink()
                    _until_ready(server.otlp_url)
            recovered = time.monotonic()
            server.wait_for_spans(senders.sent.calls)
            recovered = time.monotonic() - recovered
        sent, books = senders.sent, said(home)
    exact = books.equals(sent.calls, sent.cost_usd) and not senders.failures
    told = (
        f"{sent.calls:,} calls {'exact' if exact else f'say {books} {senders.failures}'}; read {recovered:.0f} s later"
    )
    return Seen(f"full disk under the warehouse, {times} times", "nothing lost, recovers by itself", told, exact)


def _until_ready(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/readyz", trust_env=False, timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} did not become ready again")
