"""The processes that faults are done to: an ingest worker, and a server as a user starts one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

for beside in ("ingest", "e2e"):  # their ways to start a worker and a server are ours
    sys.path.append(str(Path(__file__).parents[1] / beside))

from ingest_worker import Worker  # noqa: E402 - found by the lines above
from serving import Running, answer, outlay, serving  # noqa: E402 - the same

__all__ = ["Running", "Worker", "answer", "children", "outlay", "serving"]


def children(pid: int, named: str) -> list[int]:
    """The processes a server started, by the module they run."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout  # noqa: S607 - ps of the PATH
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [int(child) for child, parent, command in rows if parent == str(pid) and named in command]
