"""Carry charges over into a warehouse that is made anew: what a call was charged does not change by being read again.

A new price never changes a charge by itself, so the book as it stands now does not tell what was charged then.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from warehouse.locked_down import EXPORTS
from warehouse.prices.words import TOKEN_CLASSES
from warehouse.store import Warehouse

CALLS, CHARGES = "charged-calls.parquet", "charged.parquet"
_IDENTITY: Final = "sender, owner, trace_id, span_id, signal"
# A call that is read otherwise now is charged by the book.
_SAME: Final = " AND ".join(
    f"old.{name} IS NOT DISTINCT FROM calls.{name}" for name in (*TOKEN_CLASSES, "provider", "model")
)
_TABLES: Final = ("old_calls", "old_charges")


def save_charges(warehouse: Warehouse, home: Path) -> None:
    """Write down what every call was charged, below `exports/`."""
    (home / EXPORTS).mkdir(exist_ok=True)
    with warehouse.snapshot() as reading:
        reading.write_parquet(
            f"SELECT span_no, {_IDENTITY}, {', '.join(TOKEN_CLASSES)}, provider, model, cost_usd, cache_saved_usd,"  # noqa: S608 - constants
            " unpriced_because FROM calls",
            home / EXPORTS / CALLS,
        )
        reading.write_parquet("SELECT * FROM charges", home / EXPORTS / CHARGES)


def charge_as_before(warehouse: Warehouse, home: Path) -> int:
    """Charge the calls as `save_charges` wrote down, where it did; returns how many the book would charge otherwise."""
    files = (home / EXPORTS / CALLS, home / EXPORTS / CHARGES)
    if not all(file.is_file() for file in files):
        return 0
    with warehouse.transaction() as tx:
        for table, file in zip(_TABLES, files, strict=True):
            tx.create_from_parquet(table, file)
        tx.execute(
            "CREATE OR REPLACE TEMP TABLE costs AS"  # noqa: S608 - constants
            " SELECT calls.span_no, old.span_no AS old_no, old.cost_usd, old.cache_saved_usd, old.unpriced_because"
            f" FROM calls JOIN old_calls AS old USING ({_IDENTITY}) WHERE {_SAME}"
        )
        tx.execute(
            "CREATE OR REPLACE TEMP TABLE priced AS"
            " SELECT costs.span_no, old.token_class, old.quantity, old.price_line_no AS line_no, old.cost_usd"
            " FROM old_charges AS old JOIN costs ON costs.old_no = old.span_no"
        )
        tx.execute((resources.files("warehouse") / "repricing" / "apply.sql").read_text(encoding="utf-8"))
        for step in ("7_hours", "7a_waste_days"):
            tx.execute((resources.files("warehouse") / "steps" / f"{step}.sql").read_text(encoding="utf-8"))
        changed = int(tx.query("SELECT count(*) AS n FROM repriced").item())
    for file in files:
        file.unlink()
    return changed
