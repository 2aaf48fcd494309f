"""`make bench`: what Outlay's speed is on this machine, in one table beside what it must be. Prints, never asserts."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Container, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import rows
from rows import Row, Sending
from served import serving, wait_until_ready

MILLION: Final = 1_000_000
# (spans, must, aim) of the metric queries.
HELD: Final = ((MILLION, "0.15", "0.05"), (10 * MILLION, "0.3", "0.1"), (50 * MILLION, "1", "0.3"))
DAYS: Final = 30.0
PARTS: Final = ("rates", "chatty", "latency", "memory", "held")


def measured(
    folder: Path, only: Container[str], *, runs: int, load_s: float, memory_s: float, held: list[tuple[int, str, str]]
) -> Iterator[Row]:
    """The rows one by one, as they are measured."""
    if "rates" in only:
        yield from rows.throughput(folder, runs, rows.yardstick())
    with serving(folder / "served") as server:
        wait_until_ready(server)
        sending = Sending(server)
        if "chatty" in only:
            yield rows.chatty(sending, runs)
        if "latency" in only:
            rates = sending.rates(1, lambda: list(sending.bodies(rows.REQUESTS)))
            yield rows.latency(sending, rates.spans_a_second, load_s)
        if "memory" in only:
            yield from rows.memory(sending, memory_s)
    for spans, must, aim in held if "held" in only else ():
        home = rows.emptied(folder / "held")
        yield from rows.filled(home, spans, DAYS)
        yield rows.queries(home, spans, DAYS, must, aim)
        yield from rows.cold_start(home, spans)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--long", action="store_true", help="ten minutes of memory; 10 and 50 million spans")
    asked.add_argument("--only", default=",".join(PARTS), help="some of " + ", ".join(PARTS))
    asked.add_argument("--spans", type=int, help="measure queries at so many spans only")
    asked.add_argument("--runs", type=int, default=rows.RUNS)
    asked.add_argument("--load-seconds", type=float, default=15.0, help="how long half load is kept up")
    asked.add_argument("--memory-seconds", type=float, help="how long everything is sent that can be")
    told = asked.parse_args()
    held = [(told.spans, "", "")] if told.spans else list(HELD if told.long else HELD[:1])
    memory_s = told.memory_seconds or (600.0 if told.long else 20.0)
    print(
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} of {os.cpu_count()} cores,"
        f" Python {platform.python_version()}"
    )
    print(f"{'what':<52} {'found':<44} {'must':<18} aim")
    with TemporaryDirectory() as scratch:
        only = told.only.split(",")
        found = measured(Path(scratch), only, runs=told.runs, load_s=told.load_seconds, memory_s=memory_s, held=held)
        for row in found:
            print(f"{row.what:<52} {row.found:<44} {row.must:<18} {row.aim}", flush=True)


if __name__ == "__main__":
    main()
