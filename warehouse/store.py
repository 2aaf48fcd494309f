"""Open the warehouse, ask it questions, write to it: the only file that holds a DuckDB connection."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import duckdb
import polars as pl
import structlog

from warehouse.damage import WarehouseDamaged, damage, unusable
from warehouse.lock import own
from warehouse.locked_down import LOCKED_DOWN, Config, lock_down, quoted
from warehouse.migrate import migrate
from warehouse.transaction import Params, Transaction, frame_of

log = structlog.get_logger("core")

WAREHOUSE_FILE = "warehouse.duckdb"
# Four fifths of the machine, as DuckDB would take by itself.
ALL_MEMORY_MB = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 4 // 5 // 10**6
READ_ROWS = 500_000  # at a time, so that reading through can end soon


class Warehouse:
    """The ledger of one home. One process opens it; any thread may ask; one thread at a time writes.

    A question runs on a cursor of its own and sees a snapshot, so a dashboard never waits for the loader.
    """

    def __init__(
        self, connect: Callable[[int], duckdb.DuckDBPyConnection], lock: IO[str] | None, memory_mb: int = ALL_MEMORY_MB
    ) -> None:
        self._connect = connect
        self._connection = connect(memory_mb)
        self._cursors = 0  # that are in use
        self._gate = threading.Lock()  # held for a moment by whoever takes a cursor, and by `renew`
        self._lock = lock
        self._memory_mb = memory_mb
        self._writing = threading.Lock()
        self._this_thread = threading.local()  # `.transaction` is what it is in the midst of writing, or is not there
        self.damaged: str | None = None  # what was found damaged, by whichever thread met it
        self.unusable = False  # opening it anew may mend it
        self.writes = 0  # transactions committed since it was opened

    @classmethod
    def open(
        cls, home: Path, *, threads: int | None = None, memory_mb: int = ALL_MEMORY_MB, files_of: Path | None = None
    ) -> Self:
        """Open (or create) `home/warehouse.duckdb` and bring it to today's shape.

        `memory_mb` is what DuckDB may hold once it is open; what is above it goes to the disk for a while, beside the
        database, and where something cannot, it is allowed more.
        `files_of` is the home whose folders it may read and write, when that is another: while it is being rebuilt.

        Raises HomeInUse when another process owns the home, WarehouseDamaged when its file cannot be read. The lock
        is a file of its own: opening or copying the database file inside the owner would drop DuckDB's own lock
        (DESIGN §1).
        """
        home.mkdir(parents=True, exist_ok=True)
        lock = own(home)
        config = LOCKED_DOWN | ({"threads": threads} if threads else {})
        try:
            return cls(partial(_connected, home / WAREHOUSE_FILE, config, files_of or home), lock, memory_mb)
        except BaseException as error:
            lock.close()
            if said := damage(error):
                raise WarehouseDamaged(f"{home / WAREHOUSE_FILE} is damaged: {said}") from error
            raise

    @classmethod
    def in_memory(cls) -> Self:
        """A warehouse that lives as long as the object: for tests and dry runs."""
        return cls(partial(_connected, ":memory:", LOCKED_DOWN | {"threads": 1}, None), None)

    def query(self, sql: str, params: Params | None = None) -> pl.DataFrame:
        """Ask one question; DECIMAL stays decimal, TIMESTAMP is naive UTC.

        Inside a transaction of this thread it sees what that has written so far.
        """
        if within := self._within():
            return within.query(sql, params)
        while True:
            allowed = self._memory_mb
            try:
                with self._noticing(), self._cursor() as cursor:
                    return frame_of(cursor, sql, params)
            except duckdb.OutOfMemoryException:
                if self._memory_mb == allowed:
                    raise

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write: everything in the block is committed at its end, or nothing when it raises.

        One inside another of the same thread is part of it, and is committed with it.
        """
        if within := self._within():
            yield within
            return
        with self._writing, self._noticing(), self._cursor() as cursor:
            cursor.execute("BEGIN")
            self._this_thread.transaction = Transaction(cursor)
            try:
                yield self._this_thread.transaction
                cursor.execute("COMMIT")
                self.writes += 1
            except BaseException:
                # A database that refuses all work refuses this too, and would hide why.
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                raise
            finally:
                del self._this_thread.transaction

    def _within(self) -> Transaction | None:
        return getattr(self._this_thread, "transaction", None)

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Ask several questions of one state, whatever the loader commits in between; nothing written is kept."""
        with self._noticing(), self._cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield Transaction(cursor)
            finally:
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")

    def checkpoint(self) -> bool:
        """Move the write-ahead log into the file, for a quiet moment; False while somebody tries out a change in a
        snapshot: DuckDB refuses it then, and the next moment does."""
        with self._writing, self._noticing(), self._cursor() as cursor:
            try:
                cursor.execute("CHECKPOINT")
            except duckdb.TransactionException:
                return False
        return True

    def tidy(self) -> bool:
        """A checkpoint that also merges, in each table, small row groups into one, without the rows deleted in them.

        One merge a table: 2 CPU-seconds at most, and what is left is for the next call. False as for `checkpoint`.
        """
        self._merge_at_most(1)
        try:
            return self.checkpoint()
        finally:
            self._merge_at_most(0)

    def _merge_at_most(self, merges: int) -> None:
        with self._cursor() as cursor:
            cursor.execute(f"SET GLOBAL max_vacuum_tasks = {merges}")

    def renew(self) -> bool:
        """Open the database anew; False, and nothing done, while anybody asks or writes. Whoever begins to waits 60 ms.

        As long as it is open, DuckDB keeps what it once read of its tables: blocks, and for each column of each row
        group a kilobyte, some twenty bytes a span. This gives them back.
        """
        with self._gate:
            if self._cursors or not self._lock:  # one in memory has no lock, and would be lost
                return False
            try:
                self._connection.close()
                self._connection = self._connect(self._memory_mb)
            except BaseException:
                self.unusable = True
                raise
        return True

    def read_through(self, go_on: Callable[[], bool]) -> int:
        """Read every block of every table, so that damage is found before somebody asks; returns the rows read.

        Raises WarehouseDamaged at the first that is. Ends early when `go_on` says so.
        """
        rows = 0
        tables = self.query("SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT temporary")
        for table, size in tables.iter_rows():
            for first in range(0, max(1, size), READ_ROWS):
                if not go_on():
                    return rows
                rows += self.query(
                    f'SELECT count(*) AS n, sum(hash(stored)) FROM "{table}" AS stored'  # noqa: S608 - a table of ours
                    " WHERE rowid >= $first AND rowid < $last",
                    {"first": first, "last": first + READ_ROWS},
                )["n"].item()
        return rows

    def copy_to(self, path: Path) -> None:
        """Write all of it, as it is at one moment, into a new database file below `exports/`; loaders go on meanwhile.

        This is how a warehouse is copied while it is open: reading its file would drop its lock (DESIGN §1).
        """
        with self._noticing(), self._cursor() as cursor:
            (name,) = cursor.execute("SELECT current_database()").fetchone() or ("",)
            cursor.execute(f"ATTACH '{quoted(path)}' AS copied")
            try:
                cursor.execute(f'COPY FROM DATABASE "{name}" TO copied')
            finally:
                cursor.execute("DETACH copied")

    def close(self) -> None:
        """Tidy, and let go of the home."""
        with self._writing:
            try:
                with suppress(duckdb.Error):  # a damaged one refuses, and is to be let go of all the same
                    self._merge_at_most(1)
                self._connection.close()
            finally:
                if self._lock:
                    self._lock.close()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Remember damage, and a database that refuses all work, for whoever can do something about it."""
        try:
            yield
        except duckdb.OutOfMemoryException:
            self._allow_more()
            raise
        except duckdb.Error as error:
            self.unusable = self.unusable or unusable(error)
            if said := damage(error):
                self.damaged = said
                raise WarehouseDamaged(f"the warehouse is damaged: {said}") from error
            raise

    def _allow_more(self) -> None:
        """Let the database hold twice as much from now on: a percentile of many millions does not go to the disk."""
        if self._memory_mb < ALL_MEMORY_MB:
            self._memory_mb = min(2 * self._memory_mb, ALL_MEMORY_MB)
            with self._cursor() as cursor:
                _hold_at_most(cursor, self._memory_mb)
            log.warning("the ledger's database needs more memory", allowed_mb=self._memory_mb)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._gate:
            cursor = self._connection.cursor()
            self._cursors += 1
        try:
            with cursor:
                yield cursor
        finally:
            with self._gate:
                self._cursors -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _connected(path: Path | str, config: Config, home: Path | None, memory_mb: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), config=config)
    try:
        lock_down(connection, home)
        migrate(connection)
        _hold_at_most(connection, memory_mb)
    except BaseException:
        connection.close()
        raise
    return connection


def _hold_at_most(connection: duckdb.DuckDBPyConnection, memory_mb: int) -> None:
    connection.execute(f"SET memory_limit = '{memory_mb}MB'")
