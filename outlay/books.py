"""What one process has open when it owns a home: the warehouse, the journal, the keys and the settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest import Journal, Keys
from outlay.home import Home
from outlay.settings import Settings
from warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Books:
    """One home, open. Any thread may ask; `loading` is held by whoever moves journal entries into the warehouse."""

    home: Home
    settings: Settings
    warehouse: Warehouse
    journal: Journal
    keys: Keys
    loading: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def open_books(home: Home, settings: Settings) -> Iterator[Books]:
    """Open a home for the length of the block. Raises HomeInUse when another process has it open."""
    with Warehouse.open(home.folder) as warehouse:
        yield Books(home, settings, warehouse, Journal(home.journal), Keys(home.keys))
