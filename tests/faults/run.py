"""The long run of every fault, as a table: `make faults` (FAULTS="--seed 7 --minutes 10 --only kills,disks").

Bounded by the minutes it is given, of which each kind of fault gets its part; ends with 1 when a bar does not hold.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from fault_bodies import answered, judged
from fault_damage import journal_damaged, opened_twice, warehouse_damaged
from fault_disks import journal_full, may_mount, warehouse_full
from fault_kills import ingest_killed, loader_killed, served_killed
from fault_load import overloaded, slow_senders, unreliable_answers
from fault_losses import both_damaged, day_replaced
from fault_moments import close_killed, job_killed, migration_killed
from fault_seen import Seen, table

from outlay.logs import to_stderr

MINUTES = 40.0  # in which the bars of the kills (1,000) and of the bodies (1,000,000) are reached on a quiet machine
# What is killed, at least how often, and how often in the long run: 1,000 kills in all.
KILLED = ((ingest_killed, 5, 600), (loader_killed, 5, 300), (served_killed, 3, 100))


def kills(folder: Path, seed: int, share: float) -> Iterator[Seen]:
    """kill -9, each kind in a home of its own and all at once: most of a kill is waiting for who was killed."""
    with ThreadPoolExecutor(len(KILLED)) as at_once:
        running = [at_once.submit(kill, folder, seed, _at_least(least, most * share)) for kill, least, most in KILLED]
        for done in as_completed(running):
            yield done.result()


def moments(folder: Path, seed: int, share: float) -> Iterator[Seen]:
    """Kills at the moments that are hardest."""
    yield migration_killed(folder, seed, _at_least(4, 100 * share))
    yield close_killed(folder, seed, _at_least(4, 100 * share))
    yield job_killed(folder, seed, _at_least(1, 10 * share))


def answers(folder: Path, seed: int, share: float) -> Iterator[Seen]:
    """Answers that are not heard."""
    yield unreliable_answers(folder, seed, max(3, 120 * share))


def disks(folder: Path, seed: int, share: float) -> Iterator[Seen]:
    """Full disks."""
    if not may_mount(folder):
        yield Seen("full disk", "503 while full, nothing lost, recovers", "left out: this user may not mount one", True)
        return
    yield journal_full(folder, seed, _at_least(2, 50 * share))
    yield warehouse_full(folder, seed, _at_least(1, 10 * share))


def damage(folder: Path, seed: int, share: float) -> Iterator[Seen]:
    """Damaged files."""
    yield from warehouse_damaged(folder / "damage", seed, _at_least(2, 50 * share))
    yield journal_damaged(folder / "days", seed, _at_least(3, 50 * share))
    yield both_damaged(folder / "both", seed, _at_least(3, 100 * share))
    yield day_replaced(folder / "replaced", seed, _at_least(3, 50 * share))
    yield opened_twice(folder)


def load(folder: Path, seed: int, share: float) -> Iterator[Seen]:
    """Too much, too slowly."""
    yield overloaded(folder, seed, max(5, 60 * share))
    yield slow_senders(folder, seed, max(5, 30 * share))


def bodies(folder: Path, seed: int, share: float) -> Iterator[Seen]:
    """Mutated requests."""
    yield from judged(folder, seed, _at_least(2_000, 950_000 * share))
    yield answered(folder, seed, _at_least(500, 50_000 * share))


FAULTS: dict[str, Callable[[Path, int, float], Iterator[Seen]]] = {
    each.__name__: each for each in (kills, moments, answers, disks, damage, load, bodies)
}


def _at_least(least: int, wanted: float) -> int:
    return max(least, round(wanted))


def main() -> int:
    """Run what was asked for, and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked.add_argument("--minutes", type=float, default=MINUTES)
    asked.add_argument("--only", default=",".join(FAULTS))
    told = asked.parse_args()
    to_stderr(logging.CRITICAL)  # what is damaged here is told by the table
    sys.stdout.write(f"seed {told.seed}\n")
    rows: list[Seen] = []
    with tempfile.TemporaryDirectory(prefix="outlay-faults-") as folder:
        for name in told.only.split(","):
            began = time.monotonic()
            for row in FAULTS[name](Path(folder) / name, told.seed, told.minutes / MINUTES):
                rows.append(row)
                sys.stdout.write(f"{'✓' if row.passes else '✗'} {row} [{time.monotonic() - began:.0f} s]\n")
                sys.stdout.flush()
    sys.stdout.write(f"\n{table(rows)}\n")
    return 0 if all(row.passes for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
