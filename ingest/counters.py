"""What the ingest processes of a home have counted since their server started, all of them together.

Each process counts in a small file of its own that it has mapped into memory: counting costs no system call, a kill
loses nothing, and any process can add up all files, so that Prometheus may ask whichever answers.
"""

from __future__ import annotations

import mmap
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

from ingest.exposition import COUNTER, Sample
from ingest.faults import OTHER, REASONS
from ingest.signals import SIGNALS

FOLDER: Final = "counters"
REQUESTS, RECORDS, REJECTED = "outlay_requests_total", "outlay_records_total", "outlay_records_rejected_total"
BYTES = "outlay_journal_bytes_total"
_SAYS: Final = {
    REQUESTS: "Requests, by what was answered; cut off: by whoever sent them, or by gRPC as too large.",
    RECORDS: "Spans, log records and data points kept.",
    REJECTED: "Records left out of requests that were kept in part.",
    BYTES: "Bytes of bodies written to the journal.",
}
_KEYS: Final = (
    *((REQUESTS, "result", reason) for reason in dict.fromkeys((*REASONS.values(), OTHER))),
    *((RECORDS, "signal", name) for name in SIGNALS),
    *((REJECTED, "signal", name) for name in SIGNALS),
    (BYTES, "", ""),
)
_PLACES: Final = {(name, value): place for place, (name, _, value) in enumerate(_KEYS)}
_SIZE: Final = 8 * len(_KEYS)


class Counters:
    """The counters of this process."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._counts = memoryview(self._mapped()).cast("Q")

    def add(self, name: str, value: str = "", by: int = 1) -> None:
        """Count."""
        self._counts[_PLACES[name, value]] += by

    def answered(self, status: int) -> None:
        """Count an answer by its status."""
        self.add(REQUESTS, REASONS.get(status, OTHER))

    def samples(self) -> list[Sample]:
        """What all processes of the home have counted."""
        totals = [0] * len(_KEYS)
        for file in sorted(self._folder.glob("*.counts")) if self._folder.is_dir() else []:
            with suppress(OSError, struct.error):
                counted = struct.unpack(f"={len(_KEYS)}Q", file.read_bytes()[:_SIZE])
                totals = [total + count for total, count in zip(totals, counted, strict=True)]
        return [
            Sample(name, COUNTER, _SAYS[name], total, {label: value} if label else {})
            for (name, label, value), total in zip(_KEYS, totals, strict=True)
        ]

    def _mapped(self) -> mmap.mmap:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / f"{os.getpid()}.counts"
            if not file.exists():
                # Written, not only made longer: a page without its place on a full disk would kill us when touched.
                file.write_bytes(bytes(_SIZE))
            with file.open("r+b") as opened:
                return mmap.mmap(opened.fileno(), _SIZE)
        except (OSError, ValueError):
            return mmap.mmap(-1, _SIZE)  # nobody sees these, and nobody is refused for it


def forget(home: Path) -> None:
    """Begin at zero: what earlier servers of a home have counted goes."""
    for file in (home / FOLDER).glob("*.counts") if (home / FOLDER).is_dir() else []:
        file.unlink(missing_ok=True)
