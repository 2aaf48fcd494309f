"""Open the warehouse, ask it questions, write to it: the only file that holds a DuckDB connection."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import duckdb
import polars as pl

from warehouse.migrate import migrate

WAREHOUSE_FILE = "warehouse.duckdb"
LOCK_FILE = "warehouse.lock"

# No SQL of a user's ever runs here; these make sure that none could reach a file or the network either.
LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # Every 16 MB on the writing thread made p99 seconds long; `checkpoint()` runs off the hot path.
    "checkpoint_threshold": "1GB",
}

Params = Mapping[str, Any]


class HomeInUse(RuntimeError):
    """Another process owns this home's warehouse."""


class Transaction:
    """What happens inside `Warehouse.transaction()`: all of it is committed, or none."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str, params: Params | None = None) -> None:
        """Run one statement; `$name` parameters only."""
        self._connection.execute(sql, dict(params) if params else None)

    def query(self, sql: str, params: Params | None = None) -> pl.DataFrame:
        """Ask inside the transaction: sees what it has written so far."""
        return _frame(self._connection, sql, params)

    def insert(self, table: str, rows: pl.DataFrame) -> int:
        """Append rows to a table by column name (columns the frame lacks become NULL); returns how many."""
        if rows.is_empty():
            return 0
        columns = ", ".join(f'"{column}"' for column in rows.columns)
        with self.frame("incoming", rows):
            self._connection.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM incoming')  # noqa: S608 - names are ours
        return rows.height

    @contextmanager
    def frame(self, name: str, rows: pl.DataFrame) -> Iterator[None]:
        """Let SQL inside the block read `rows` as a table called `name`."""
        self._connection.register(name, rows)
        yield
        # Not on an error: an aborted transaction refuses to unregister, which would hide why it was aborted;
        # the name goes when the transaction's cursor does.
        self._connection.unregister(name)


class Warehouse:
    """The ledger of one home. One process opens it; any thread may ask; one thread at a time writes.

    A question runs on a cursor of its own and sees a snapshot, so a dashboard never waits for the loader.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, lock: IO[str] | None) -> None:
        self._connection = connection
        self._lock = lock
        self._writing = threading.Lock()

    @classmethod
    def open(cls, home: Path, *, threads: int | None = None) -> Self:
        """Open (or create) `home/warehouse.duckdb` and bring it to today's shape.

        Raises HomeInUse when another process owns the home. The lock is a file of its own: opening or
        copying the database file inside the owner would drop DuckDB's own lock (DESIGN §1).
        """
        home.mkdir(parents=True, exist_ok=True)
        lock = _own(home / LOCK_FILE)
        config = LOCKED_DOWN | ({"threads": threads} if threads else {})
        try:
            connection = duckdb.connect(str(home / WAREHOUSE_FILE), config=config)
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET lock_configuration = true")
            migrate(connection)
        except BaseException:
            lock.close()
            raise
        return cls(connection, lock)

    @classmethod
    def in_memory(cls) -> Self:
        """A warehouse that lives as long as the object: for tests and dry runs."""
        connection = duckdb.connect(":memory:", config=LOCKED_DOWN | {"threads": 1})
        connection.execute("SET TimeZone = 'UTC'")
        migrate(connection)
        return cls(connection, None)

    def query(self, sql: str, params: Params | None = None) -> pl.DataFrame:
        """Ask one question; DECIMAL stays decimal, TIMESTAMP is naive UTC."""
        with self._connection.cursor() as cursor:
            return _frame(cursor, sql, params)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write: everything in the block is committed at its end, or nothing when it raises."""
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield Transaction(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Ask several questions of one state, whatever the loader commits in between; nothing written is kept."""
        with self._connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield Transaction(cursor)
            finally:
                cursor.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file; for a quiet moment."""
        with self._writing, self._connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")

    def close(self) -> None:
        """Checkpoint and let go of the home."""
        with self._writing:
            self._connection.close()
            if self._lock:
                self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _frame(connection: duckdb.DuckDBPyConnection, sql: str, params: Params | None) -> pl.DataFrame:
    rows: pl.DataFrame = connection.sql(sql, params=dict(params) if params else None).pl()
    return rows


def _own(path: Path) -> IO[str]:
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise HomeInUse(f"{path.parent} is in use by process {owner}; stop it, or name another --home") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
