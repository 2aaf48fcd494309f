"""Try prices on: a book that can be written to, over the real calls, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.store import Warehouse
from warehouse.transaction import Transaction

_COPIED = ("price_lines", "price_books", "model_names", "tier_names")


@contextmanager
def rehearsal(warehouse: Warehouse) -> Iterator[Transaction]:
    """One state of the warehouse with its price book copied into temporary tables of the same names.

    Temporary tables are found first, so that whatever writes to the book writes to the copy: the loader is never in
    the way, nor it in ours.
    """
    with warehouse.snapshot() as tx:
        for table in _COPIED:
            tx.execute(f'CREATE TEMP TABLE "{table}" AS SELECT * FROM "{table}"')  # noqa: S608 - tables of ours
        yield tx
