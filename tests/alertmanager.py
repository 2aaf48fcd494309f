"""Where this machine has Prometheus' Alertmanager for the tests, how to get one, and how to run it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
HOW_TO_GET_IT = "apt-get install prometheus-alertmanager"
PATIENCE_S = 60.0


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of an Alertmanager that tells nobody."""
    (folder / "am.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    for _ in range(9):  # somebody may take the port that was free before it does
        port = _free_port()
        command = [str(ALERTMANAGER), f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'data'}"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        started = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            if _answers(started, url := f"http://127.0.0.1:{port}"):
                yield url
                return
        finally:
            started.terminate()
            started.wait(PATIENCE_S)
    raise AssertionError("no Alertmanager came up")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx2.get(f"{url}/-/ready", trust_env=False, timeout=PATIENCE_S).raise_for_status()
            return True
        except httpx2.HTTPError:
            time.sleep(0.1)
    return False
