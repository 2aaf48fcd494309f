"""Bring a warehouse to this version's shape: numbered SQL files, each once, each in its own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

import duckdb


class Migration(NamedTuple):
    """One numbered file of `warehouse/migrations/`."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Digest of the file, remembered so that an edited migration is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


class MigrationEdited(RuntimeError):
    """An applied migration no longer reads as it did when it was applied."""


def migrations() -> Iterator[Migration]:
    """Every migration of this version, in the order of its number."""
    folder = resources.files("warehouse") / "migrations"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            yield Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply what is missing and return the names applied; a kill in between is taken up at the same file."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
    )
    done = dict(connection.execute("SELECT name, sha256 FROM migrations").fetchall())
    applied = []
    for migration in migrations():
        if migration.name not in done:
            _apply(connection, migration)
            applied.append(migration.name)
        elif done[migration.name] != migration.sha256:
            raise MigrationEdited(
                f"migration {migration.name} was changed after it was applied to this warehouse; "
                "put the file back and add a new one"
            )
    return applied


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    connection.execute("BEGIN")
    try:
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO migrations VALUES ($name, $sha256, now()::TIMESTAMP)",
            {"name": migration.name, "sha256": migration.sha256},
        )
        connection.execute("COMMIT")
    except duckdb.Error:
        connection.execute("ROLLBACK")
        raise
