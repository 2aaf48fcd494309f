"""What loading and refreshing 1,000 new spans costs on ledgers of ever more spans: it must not grow with them."""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from homes import SINCE, Cost, OpenHome, opened
from made_requests import SPANS, bodies

NEW: Final = 1_000
RUNS: Final = 5
MILLION: Final = 1_000_000
SECOND: Final = timedelta(seconds=1)

Arrival = Callable[[int, datetime, int], Iterator[bytes]]


def new_traces(run: int, until: datetime, _held: int) -> Iterator[bytes]:
    return bodies(2, first_at=until, every=SECOND, first=10_000_000 + 2 * run, spans=NEW // 2)


def late_traces(run: int, until: datetime, _held: int) -> Iterator[bytes]:
    return bodies(2, first_at=until - timedelta(days=5), every=SECOND, first=20_000_000 + 2 * run, spans=NEW // 2)


def known_traces(run: int, until: datetime, held: int) -> Iterator[bytes]:
    """Other spans of the traces and tasks of two of the last requests held."""
    return bodies(2, first_at=until, every=SECOND, first=held - 2 * run - 2, spans=NEW // 2, again=1)


def known_and_late(run: int, until: datetime, held: int) -> Iterator[bytes]:
    """Other spans of traces and tasks from the middle of the history."""
    middle = SINCE + (until - SINCE) / 2
    return bodies(2, first_at=middle, every=SECOND, first=held // 2 - 2 * run, spans=NEW // 2, again=2)


def one_call(run: int, until: datetime, _held: int) -> Iterator[bytes]:
    return bodies(1, first_at=until, every=SECOND, first=30_000_000 + run, spans=1)


ARRIVALS: Final[dict[str, Arrival]] = {
    "new traces": new_traces,
    "new traces, 5 days late": late_traces,
    "known traces": known_traces,
    "known traces, from the middle": known_and_late,
    "one call": one_call,
}


def measured(home: OpenHome, spans: int, days: float, runs: int) -> Iterator[tuple[str, Cost, Cost]]:
    """Of each kind of arrival the medians of load and of refresh."""
    until = SINCE + timedelta(days=days)
    for name, arrival in ARRIVALS.items():
        loads, refreshes = [], []
        for run in range(runs):
            home.accept(arrival(run, until, spans // SPANS), until)
            loaded, refreshed = home.catch_up()
            loads.append(loaded)
            refreshes.append(refreshed)
        yield name, _median(loads), _median(refreshes)


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(each.wall_s for each in costs), statistics.median(each.cpu_s for each in costs))


def table(sizes: list[int], days: float, runs: int, keep: Path | None) -> None:
    """Print a row for each size and kind of arrival; homes are made in a folder that goes, or once in `keep`."""
    print(f"{'spans held':>12}  {'arriving':<30} {'load s':>8} {'cpu s':>7} {'refresh s':>10} {'cpu s':>7}")
    with TemporaryDirectory() as scratch:
        for spans in sizes:
            folder = (keep or Path(scratch)) / f"{spans}-over-{days:g}"
            if not folder.exists():
                with opened(folder) as home:
                    home.fill(spans, days)
            used = shutil.copytree(folder, Path(scratch) / "used") if keep else folder
            with opened(used, threads=1) as home:
                for name, loaded, refreshed in measured(home, spans, days, runs):
                    print(
                        f"{spans:>12,}  {name:<30} {loaded.wall_s:>8.3f} {loaded.cpu_s:>7.3f}"
                        f" {refreshed.wall_s:>10.3f} {refreshed.cpu_s:>7.3f}",
                        flush=True,
                    )
            shutil.rmtree(used)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--spans", type=int, nargs="+", default=[MILLION // 10, MILLION], help="sizes of the ledgers")
    asked.add_argument("--long", action="store_true", help="10 and 50 million spans too")
    asked.add_argument("--days", type=float, default=30, help="over how many days the spans are spread")
    asked.add_argument("--runs", type=int, default=RUNS)
    asked.add_argument("--keep", type=Path, help="a folder in which homes are kept for the next time")
    told = asked.parse_args()
    sizes = told.spans + ([10 * MILLION, 50 * MILLION] if told.long else [])
    table(sizes, told.days, told.runs, told.keep)


if __name__ == "__main__":
    sys.exit(main())
