"""The book of original entry: one SQLite file a day, appended by several processes, read by one.

An entry that `append` returned for is on disk. It is numbered inside the transaction that commits it, so a reader's
high-water mark never steps over an entry that is still being written.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from ingest import dayfile
from ingest.entry import Entry, JournalDamaged
from ingest.faults import Busy

DAY_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.db")
# A file system stamps no finer than a few ms: a file this much older than the newest one was not written just now.
QUIET_NS = 2_000_000_000

Signature = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lag:
    """What stands in the journal beyond the marks: entries, bytes of their bodies, age in seconds of the oldest."""

    entries: int
    bytes: int
    seconds: float


class Journal:
    """The day files in one folder. One object may be shared by threads; appends take turns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._writer: dayfile.Writer | None = None
        # Days that hold nothing beyond a mark, with what their files looked like: not opened again until they change.
        self._finished: dict[date, tuple[int, Signature]] = {}

    def append(self, entries: Sequence[Entry]) -> None:
        """Keep entries for good: on return they are on disk; `Busy` when the disk is full or the file locked.

        Entries go into the file of their `received_at`'s UTC date, one transaction a file: all of a transaction
        is kept or nothing.
        """
        with self._turn:
            for day, group in groupby(entries, key=lambda entry: entry.received_at.astimezone(UTC).date()):
                try:
                    writer = self._writer_of(day)
                    writer.commit(list(group))
                except (sqlite3.Error, OSError) as error:
                    raise self._busy(day, error) from error
                if writer.lost_its_file():
                    raise Busy(f"the journal file of {day} was moved away while it was written; send the request again")

    def check(self, now: datetime) -> None:
        """Rehearse an append to today's file without leaving a trace; raises `Busy` with the reason it cannot be."""
        day = now.astimezone(UTC).date()
        with self._turn:
            try:
                self._writer_of(day).rehearse()
            except (sqlite3.Error, OSError) as error:
                raise self._busy(day, error) from error

    def read(
        self,
        marks: Mapping[date, int],
        *,
        max_entries: int,
        max_bytes: int,
        leave_out: Collection[date] = (),
        crcs: Mapping[date, int] = MappingProxyType({}),
    ) -> list[Entry]:
        """The entries after the marks (the last seq taken of each day), in order of (day, seq).

        Stops at `max_entries`, or before the entry that would pass `max_bytes`, but one entry is never too large.
        What precedes damage is given first; the next call raises `JournalDamaged`. Days in `leave_out` are passed
        over: that is how a reader goes on behind a damaged file. `crcs` are those of the entries that the marks stand
        on, as far as they are known: a file with another entry there, or none, raises `JournalReplaced`.
        """
        found: list[Entry] = []
        size = 0
        for day in self.days():
            seq = marks.get(day, 0)
            looks = self._looks(day)
            if day in leave_out or self._finished.get(day) == (seq, looks):
                continue
            try:
                before = len(found)
                for entry in dayfile.entries_after(day, self._path(day), seq, max_entries - before, crcs.get(day)):
                    size += len(entry.body)
                    if found and size > max_bytes:
                        return found
                    found.append(entry)
            except JournalDamaged:
                if found:
                    return found
                raise
            if len(found) == before and self._is_quiet(looks):
                self._finished[day] = (seq, looks)
            if len(found) >= max_entries:
                return found
        return found

    def lag(self, marks: Mapping[date, int], now: datetime) -> Lag:
        """How far a reader at these marks is behind; a damaged day counts nothing here: `read` reports it."""
        entries, size, oldest = 0, 0, now
        for day in self.days():
            seq = marks.get(day, 0)
            if self._finished.get(day) == (seq, self._looks(day)):
                continue
            with suppress(JournalDamaged):
                count, length, first = dayfile.behind(day, self._path(day), seq)
                entries, size = entries + count, size + length
                oldest = min(oldest, datetime.fromisoformat(first)) if first else oldest
        return Lag(entries, size, (now - oldest).total_seconds())

    def places(self, day: date) -> list[tuple[int, datetime]]:
        """(seq, received_at) of what a day's file holds, sound or not; nothing where there is none.

        Raises `JournalDamaged` when that much cannot be read.
        """
        if day not in self.days():
            return []
        told = dayfile.places(day, self._path(day))
        try:
            return [(seq, datetime.fromisoformat(received_at)) for seq, received_at in told]
        except (TypeError, ValueError) as error:
            raise JournalDamaged(f"the journal file {day}.db is damaged: {error}", day) from error

    def days(self) -> list[date]:
        """The days that have a file, oldest first."""
        if not self._folder.is_dir():
            return []
        names = (DAY_FILE.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted(date.fromisoformat(name[1]) for name in names if name)

    def drop_before(self, day: date) -> list[date]:
        """Delete the files of the days before `day` (retention); gives the days that went."""
        gone = [old for old in self.days() if old < day]
        with self._turn:
            if self._writer and self._writer.day < day:
                self._let_go()
        for old in gone:
            dayfile.remove(self._path(old))
            self._finished.pop(old, None)
        return gone

    def close(self) -> None:
        """Let go of the open file; what was appended stays."""
        with self._turn:
            self._let_go()

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.db"

    def _looks(self, day: date) -> Signature:
        looks: list[int] = []
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                stat = Path(f"{self._path(day)}{suffix}").stat()
                looks += [stat.st_mtime_ns, stat.st_size, stat.st_ino]
        return tuple(looks)

    def _is_quiet(self, looks: Signature) -> bool:
        newest = max(self._looks(self.days()[-1])[::3], default=0)
        return all(mtime_ns < newest - QUIET_NS for mtime_ns in looks[::3])

    def _writer_of(self, day: date) -> dayfile.Writer:
        if self._writer and (self._writer.day != day or self._writer.lost_its_file()):
            self._let_go()
        if self._writer is None:
            self._writer = dayfile.Writer.open(day, self._path(day))
        return self._writer

    def _busy(self, day: date, error: Exception) -> Busy:
        # A fresh connection next time: a full disk that has room again heals without a restart.
        self._let_go()
        return Busy(f"the journal of {day} cannot be written now ({error}); send the request again")

    def _let_go(self) -> None:
        if self._writer:
            with suppress(sqlite3.Error):
                self._writer.close()
            self._writer = None
