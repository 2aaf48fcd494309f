"""A state that many tests begin with: made once in a run, by the real way; each test has a copy of its own."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Hashable
from functools import cache
from pathlib import Path

import duckdb

from warehouse import WAREHOUSE_FILE, Warehouse


def home_after(make: Callable[..., object], home: Path, *told: Hashable) -> Path:
    """Lay into `home` what `make(folder, *told)` leaves in the folder; it has closed all that it opened there."""
    shutil.copytree(_made(make, *told), home, dirs_exist_ok=True)
    return home


def warehouse_after(make: Callable[..., object], *told: Hashable) -> Warehouse:
    """A warehouse in memory that says what one says after `make(warehouse, *told)`."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"ATTACH '{_written(make, *told)}' AS made (READ_ONLY)")
    connection.execute("COPY FROM DATABASE made TO memory")
    connection.execute("DETACH made")
    return Warehouse(lambda _memory_mb: connection, None)


def new_warehouse() -> Warehouse:
    """A warehouse in memory to which nothing was told yet."""
    return warehouse_after(_leave_it)


def _leave_it(_: Warehouse) -> None:
    pass


def _written(make: Callable[..., object], *told: Hashable) -> Path:
    return _made(_write, make, *told) / WAREHOUSE_FILE


def _write(home: Path, make: Callable[..., object], *told: Hashable) -> None:
    with Warehouse.open(home) as warehouse:
        make(warehouse, *told)


@cache
def _made(make: Callable[..., object], *told: Hashable) -> Path:
    home = Path(tempfile.mkdtemp(prefix="outlay-made-once-"))
    atexit.register(shutil.rmtree, home)
    make(home, *told)
    return home
