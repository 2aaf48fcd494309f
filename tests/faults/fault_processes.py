"""The processes that faults are done to: an ingest worker, and a server as a user starts one."""

from __future__ import annotations

import sys
from pathlib import Path

for beside in ("ingest", "e2e"):  # their ways to start a worker and a server are ours
    sys.path.append(str(Path(__file__).parents[1] / beside))

from ingest_worker import PATIENCE_S, Worker, reserved  # noqa: E402 - found by the lines above
from serving import Running, answer, children, outlay, serving  # noqa: E402 - the same

__all__ = ["PATIENCE_S", "Running", "Worker", "answer", "children", "outlay", "reserved", "serving"]
