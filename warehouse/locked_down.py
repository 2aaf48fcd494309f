"""How DuckDB is opened: what it does by itself, which is little, and what SQL may reach, which is less."""

from __future__ import annotations

from pathlib import Path

import duckdb

# The folders of a home in which SQL may write files: copies on their way to a backup, what only the warehouse knows,
# and closed days of the journal.
EXPORTS, RECORDS, ARCHIVE = "exports", "records", "archive"

Config = dict[str, str | bool | int | float | list[str]]

# No SQL of a user's ever runs here; these, and `lock_down`, make sure that none could reach a file or the network.
LOCKED_DOWN: Config = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # A commit that would make the log longer than this writes the tables instead and no log at all: every byte goes to
    # the disk once. DuckDB reckons texts at 16 bytes: it is what some 45,000 spans and their calls make; what comes in
    # slower goes to the log until it is that long.
    "checkpoint_threshold": "64MB",
    # A checkpoint writes what is new, and merges nothing: with DuckDB's own 100 every fourth one rewrote the newest
    # 300,000 spans, for 2.5 CPU-seconds in which nobody writes; without, each takes half a second. `tidy()` merges.
    "max_vacuum_tasks": 0,
}


def lock_down(connection: duckdb.DuckDBPyConnection, home: Path | None) -> None:
    """Let SQL reach the folders of the home it may write in, and nothing else, for as long as it is open."""
    connection.execute("SET TimeZone = 'UTC'")
    if home:
        allowed = ", ".join(f"'{quoted(home.absolute() / folder)}/'" for folder in (EXPORTS, RECORDS, ARCHIVE))
        connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")  # nothing turns it on again while the database is open


def quoted(path: Path) -> str:
    """A path as it stands between quotes in SQL."""
    return str(path.absolute()).replace("'", "''")
