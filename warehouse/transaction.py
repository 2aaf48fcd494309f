"""Write to the warehouse, and ask it inside what is written: all of it is committed, or none."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.locked_down import quoted

Params = Mapping[str, Any]
# What `Transaction.run` has parsed; a statement belongs to no connection. Parsing is a seventh of a small refresh.
_PARSED: dict[str, list[duckdb.Statement]] = {}
atexit.register(_PARSED.clear)  # what a module still holds at the end, DuckDB's binding calls a leak on stderr


class Transaction:
    """What happens inside `Warehouse.transaction()`: all of it is committed, or none."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, script: str) -> None:
        """Run the statements of a file of ours, parsed once: each refresh runs all its steps again."""
        statements = _PARSED.get(script)
        if statements is None:
            statements = _PARSED[script] = self._connection.extract_statements(script)
        for statement in statements:
            self._connection.execute(statement)

    def execute(self, sql: str, params: Params | None = None) -> None:
        """Run one statement; `$name` parameters only."""
        self._connection.execute(sql, dict(params) if params else None)

    def query(self, sql: str, params: Params | None = None) -> pl.DataFrame:
        """Ask inside the transaction: sees what it has written so far."""
        return frame_of(self._connection, sql, params)

    def insert(self, table: str, rows: pl.DataFrame) -> int:
        """Append rows to a table by column name (columns the frame lacks become NULL); returns how many."""
        if rows.is_empty():
            return 0
        columns = ", ".join(f'"{column}"' for column in rows.columns)
        with self.frame("incoming", rows):
            self._connection.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM incoming')  # noqa: S608 - names are ours
        return rows.height

    def write_parquet(self, sql: str, path: Path) -> None:
        """Write what a question gives into a file below one of the home's folders for such; on disk on return."""
        self._connection.execute(f"COPY ({sql}) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION zstd)")
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def create_from_parquet(self, table: str, path: Path) -> None:
        """Make a temporary table of such a file's rows."""
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE \"{table}\" AS SELECT * FROM read_parquet('{quoted(path)}')"  # noqa: S608 - names are ours
        )

    def read_parquet(self, table: str, path: Path, replacing: str = "") -> None:
        """Append such a file's rows by column name; `replacing`: the REPLACE list of the SELECT, when numbers shift."""
        replaced = f" REPLACE ({replacing})" if replacing else ""
        self._connection.execute(
            f"INSERT INTO \"{table}\" BY NAME SELECT *{replaced} FROM read_parquet('{quoted(path)}')"  # noqa: S608 - names are ours
        )

    @contextmanager
    def frame(self, name: str, rows: pl.DataFrame) -> Iterator[None]:
        """Let SQL inside the block read `rows` as a table called `name`."""
        self._connection.register(name, rows)
        yield
        # Not on an error: an aborted transaction refuses to unregister, which would hide why it was aborted;
        # the name goes when the transaction's cursor does.
        self._connection.unregister(name)


def frame_of(connection: duckdb.DuckDBPyConnection, sql: str, params: Params | None) -> pl.DataFrame:
    """What a question gives: DECIMAL stays decimal, TIMESTAMP is naive UTC."""
    rows: pl.DataFrame = connection.sql(sql, params=dict(params) if params else None).pl()
    return rows
