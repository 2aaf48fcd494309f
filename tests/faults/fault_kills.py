"""kill -9 at random moments, while real clients send again what was not acknowledged."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import httpx2
from fault_ledger import said
from fault_processes import Running, Worker, children, serving
from fault_seen import Seen
from known_traffic import Senders, home_with_prices, request

BAR = "0 lost, 0 twice, Σ cost exact"
BACK_WITHIN_S = 10.0
READ_WITHIN_S = 900.0  # what was sent faster than it is read on a busy machine; no bar, only an end


def ingest_killed(folder: Path, seed: int, kills: int) -> Seen:
    """One ingest process, killed and started again on the socket it inherits."""
    chance = random.Random(seed)
    home = home_with_prices(folder / "ingest")
    back: list[float] = []
    with Worker(home) as process, Senders(process.url, request, seed=seed) as senders:
        for _ in range(kills):
            time.sleep(chance.uniform(0.0, 0.3))
            process.kill()
            killed = time.monotonic()
            process.start()
            back.append(time.monotonic() - killed)
    return _seen(f"kill -9 of ingest, {kills} times", home, senders, back)


def loader_killed(folder: Path, seed: int, kills: int) -> Seen:
    """The process that owns the warehouse (without its pages), killed while it loads, refreshes and keeps records."""
    chance = random.Random(seed)
    home = home_with_prices(folder / "loader")
    back: list[float] = []
    command = [sys.executable, str(Path(__file__).parent / "loader_process.py"), str(home)]
    with Worker(home) as process, Senders(process.url, request, seed=seed, pause_s=0.05) as senders:
        for _ in range(kills):
            began = time.monotonic()
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as loader:
                assert loader.stdout is not None
                assert loader.stdout.readline() == "open\n", "the loader did not come up"
                back.append(time.monotonic() - began)
                time.sleep(chance.uniform(0.0, 0.4))
                loader.kill()
    return _seen(f"kill -9 of the warehouse's owner, {kills} times", home, senders, back)


def served_killed(folder: Path, seed: int, kills: int) -> Seen:
    """`outlay serve` as a user runs it: any of its children, killed at random."""
    chance = random.Random(seed)
    home = home_with_prices(folder / "served")
    back: list[float] = []
    with serving(home, folder / "served.log") as server:
        with Senders(server.otlp_url, request, seed=seed, pause_s=0.05) as senders:
            for _ in range(kills):
                time.sleep(chance.uniform(0.1, 1.5))
                victims = children(server.pid, "outlay.")
                os.kill(chance.choice(victims), signal.SIGKILL)
                back.append(_until_whole(server, len(victims)))
        server.wait_for_spans(senders.sent.calls, within_s=READ_WITHIN_S)
    return _seen(f"kill -9 of outlay serve's children, {kills} times", home, senders, back)


def _until_whole(server: Running, parts: int) -> float:
    """Seconds until every part runs again and both addresses answer."""
    began = time.monotonic()
    while time.monotonic() - began < 6 * BACK_WITHIN_S:
        try:
            for address in (f"{server.otlp_url}/readyz", f"{server.web_url}/healthz"):
                httpx2.get(address, trust_env=False, timeout=BACK_WITHIN_S).raise_for_status()
            if len(children(server.pid, "outlay.")) >= parts:
                break
        except httpx2.HTTPError:
            pass
        time.sleep(0.05)
    return time.monotonic() - began


def _seen(fault: str, home: Path, senders: Senders, back: list[float]) -> Seen:
    sent, books = senders.sent, said(home)
    exact = books.equals(sent.calls, sent.cost_usd) and not senders.failures
    told = (
        f"{sent.calls:,} calls of ${sent.cost_usd}, {sent.retries:,} retries: {'exact' if exact else books}; "
        f"back within {max(back):.1f} s, half of them within {median(back):.1f} s"
        f"{''.join(f'; {failure}' for failure in senders.failures[:2])}"
    )
    return Seen(fault, f"{BAR}, back ≤ {BACK_WITHIN_S:.0f} s", told, exact, in_time=max(back) <= BACK_WITHIN_S)
