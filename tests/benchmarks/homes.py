"""Homes to measure on: a folder with so many spans in its journal and ledger, made through the loader as always."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, Self

from made_requests import SPANS, bodies

from ingest import Entry, Journal
from ingest.loader import load
from warehouse import Warehouse, refresh, seed_prices

SINCE: Final = datetime(2026, 10, 1, tzinfo=UTC)
# A home is filled this many requests at a time, each time as `serve` does it: load, then refresh.
AT_ONCE: Final = 128


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the clock and of the processors, all threads of this process."""

    wall_s: float
    cpu_s: float

    @classmethod
    def since(cls, before: tuple[float, float]) -> Self:
        return cls(time.perf_counter() - before[0], time.process_time() - before[1])


def started() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


@dataclass(frozen=True, slots=True)
class OpenHome:
    """One home, open in this process as the core has it."""

    journal: Journal
    warehouse: Warehouse

    def accept(self, sent: Iterable[bytes], received_at: datetime, encoding: str = "identity") -> None:
        self.journal.append(entries(sent, received_at, encoding))

    def catch_up(self) -> tuple[Cost, Cost]:
        """Load everything that waits and refresh, as the core's turn does; gives what each of the two cost."""
        before = started()
        while load(self.journal, self.warehouse, max_entries=512).entries:
            pass
        loaded = Cost.since(before)
        before = started()
        refresh(self.warehouse)
        return loaded, Cost.since(before)

    def fill(self, spans: int, days: float) -> None:
        """Fill with `spans` spans, evenly over `days` days; of the journal only the last day is left."""
        count = spans // SPANS
        every = timedelta(days=days) / count
        sent = bodies(count, first_at=SINCE, every=every)
        number = 0
        while lot := list(islice(sent, AT_ONCE)):
            number += len(lot)
            self.accept(lot, SINCE + number * every)
            self.catch_up()
            self.journal.drop_before((SINCE + number * every).date())
        self.warehouse.checkpoint()


def entries(sent: Iterable[bytes], received_at: datetime, encoding: str = "identity") -> Sequence[Entry]:
    return [Entry(received_at, None, None, "traces", "application/x-protobuf", encoding, body) for body in sent]


@contextmanager
def opened(folder: Path, threads: int | None = None) -> Iterator[OpenHome]:
    with Warehouse.open(folder, threads=threads) as warehouse:
        seed_prices(warehouse, SINCE)
        journal = Journal(folder / "journal")
        try:
            yield OpenHome(journal, warehouse)
        finally:
            journal.close()
