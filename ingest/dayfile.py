"""One day of the journal: a SQLite file that is complete before it has its name, and is only ever appended to."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, Self

from ingest.entry import Entry, JournalDamaged, JournalReplaced, from_row, to_row
from ingest.faults import Busy

# Exporters give up after 10 s: a writer that waits longer than this for its turn has lost its sender.
WAIT_FOR_TURN_S = 3.0
# 16 MiB of log before it is folded into the file: at SQLite's own 4 MiB every eighth large request pays for it.
PAGE_BYTES = 16_384
CHECKPOINT_PAGES = 1_024
# What SQLite says when the file, not the disk or the moment, is at fault.
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH}

SCHEMA = """
CREATE TABLE entries (
    seq              INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of commit; never used twice
    received_at      TEXT NOT NULL,                      -- UTC, ISO 8601 with microseconds
    key_id           TEXT,                               -- NULL while keys are off
    team             TEXT,                               -- the key's
    signal           TEXT NOT NULL,
    content_type     TEXT NOT NULL,
    content_encoding TEXT NOT NULL,
    body             BLOB NOT NULL,
    faults           TEXT,                               -- JSON list of the records refused beside the good ones
    crc32            INTEGER NOT NULL,                   -- of all the rest: SQLite does not notice a flipped bit
    speaks_for       TEXT                                -- JSON list of teams a gateway's key may speak for
)
"""
# A file that an earlier version began today lacks what came later; it gets it from the first writer, not from a reader.
SINCE_FIRST = {"speaks_for": "TEXT"}
INSERT = """
INSERT INTO entries (received_at, key_id, team, signal, content_type, content_encoding, body, faults, speaks_for, crc32)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
AFTER = """
SELECT seq, received_at, key_id, team, signal, content_type, content_encoding, body, faults, {speaks_for}, crc32
FROM entries WHERE seq > ? ORDER BY seq LIMIT ?
"""
STANDING_ON = "SELECT crc32 FROM entries WHERE seq = ?"
# length() of a BLOB stands in the row's header: the bodies themselves are not read.
BEHIND = "SELECT count(*), coalesce(sum(length(body)), 0), min(received_at) FROM entries WHERE seq > ?"


class Writer:
    """The open connection of one process to one day's file; not for two threads at a time."""

    def __init__(self, day: date, path: Path) -> None:
        self.day = day
        self._path = path
        self._inode = path.stat().st_ino
        self._connection = sqlite3.connect(path, timeout=WAIT_FOR_TURN_S, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self._connection.execute(f"PRAGMA journal_size_limit = {2 * PAGE_BYTES * CHECKPOINT_PAGES}")
        _grow(self._connection)

    @classmethod
    def open(cls, day: date, path: Path) -> Self:
        """Open the day's file, making it first when it is the day's first entry."""
        if not path.exists():
            _make(path)
        return cls(day, path)

    def commit(self, entries: Sequence[Entry]) -> None:
        """All of them in one transaction that is on disk on return."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(INSERT, [to_row(entry) for entry in entries])
        self._connection.execute("COMMIT")

    def rehearse(self) -> None:
        """Do what `commit` does as far as it leaves no trace: take the turn, write, take it back."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(INSERT, ("", None, None, "", "", "", b"", None, None, 0))
        self._connection.execute("ROLLBACK")

    def lost_its_file(self) -> bool:
        """Whether somebody moved or deleted the file: what is written to it now would be acknowledged and gone."""
        try:
            return self._path.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def close(self) -> None:
        """Let go; an open transaction is taken back."""
        self._connection.close()


def entries_after(day: date, path: Path, seq: int, limit: int, crc32: int | None = None) -> Iterator[Entry]:
    """The day's entries after `seq` in order; raises `JournalDamaged` where the file cannot be read on, or `Busy`.

    `crc32` is that of the entry `seq`, when it is known. A file that has another there, or none, is not the one that
    was read so far: it raises `JournalReplaced`.
    """
    with _reading(day, path) as connection:
        present = _columns(connection)
        after = AFTER.format(**{name: name if name in present else "NULL" for name in SINCE_FIRST})
        last = _last(connection)
        if seq > last:
            raise JournalReplaced(_another(path, f"{seq:,} entries of it had been read, and it has {last:,}"), day)
        if crc32 is not None and connection.execute(STANDING_ON, (seq,)).fetchone() != (crc32,):
            raise JournalReplaced(_another(path, f"its entry {seq:,} is not the one that was read"), day)
        for row in connection.execute(after, (seq, limit)):
            seq += 1
            if seq > last:
                return  # what stands behind the last entry is one whose number is damaged
            if row[0] != seq:
                # Numbers have no gaps: what was taken back took its number back.
                passed = row[0] - 1 if seq < row[0] <= last else seq
                sentence = f"entries {seq} to {passed} of the journal file {path.name} are damaged: not in their place"
                raise JournalDamaged(sentence, day, passed)
            yield from_row(day, row)


def places(day: date, path: Path) -> list[tuple[int, str]]:
    """The number and `received_at` of every entry, as they stand there; the bodies are not read."""
    with _reading(day, path) as connection:
        return connection.execute("SELECT seq, received_at FROM entries").fetchall()


def behind(day: date, path: Path, seq: int) -> tuple[int, int, str | None]:
    """(entries, bytes of their bodies, received_at of the oldest) after `seq`; all of a file that has fewer."""
    with _reading(day, path) as connection:
        seq = seq if seq <= _last(connection) else 0
        found: tuple[int, int, str | None] = connection.execute(BEHIND, (seq,)).fetchone()
        return found


def remove(path: Path) -> None:
    """Delete a day's file with its log; nothing happens when it is not there."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@contextmanager
def _reading(day: date, path: Path) -> Iterator[sqlite3.Connection]:
    # Read-only, so that closing never folds the log while a writer waits.
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=WAIT_FOR_TURN_S)) as connection:
            yield connection
    except sqlite3.Error as error:
        # No code: Python itself could not read a value, text that is not text.
        code: Any = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code & 0xFF not in DAMAGE:
            raise Busy(f"the journal file {path.name} cannot be read now ({error}); try again") from error
        sentence = f"the journal file {path.name} is damaged: {error}; restore it from a backup or move it aside"
        raise JournalDamaged(sentence, day) from error


def _last(connection: sqlite3.Connection) -> int:
    """The number of the last entry."""
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    return int(last)


def _another(path: Path, why: str) -> str:
    return (
        f"the journal file {path.name} is another than was read: {why}; it is read from its beginning, and what was "
        "read before stays in the ledger"
    )


def _columns(connection: sqlite3.Connection) -> set[str]:
    return {name for _, name, *_ in connection.execute("PRAGMA table_info(entries)")}


def _grow(connection: sqlite3.Connection) -> None:
    for name in SINCE_FIRST.keys() - _columns(connection):
        # Another process may do the same at this moment; then the column is there, which is all that is wanted.
        with suppress(sqlite3.OperationalError):
            connection.execute(f"ALTER TABLE entries ADD COLUMN {name} {SINCE_FIRST[name]}")


def _make(path: Path) -> None:
    """Make the file aside and link it to its name; of several makers one wins, the others find it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    remove(draft)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(SCHEMA)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        remove(draft)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
