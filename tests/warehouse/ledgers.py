"""A ledger to fill by hand: rows that name only the columns a case is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import resources
from typing import Any
from zlib import crc32

import polars as pl

from warehouse import Warehouse

# What a NOT NULL column holds when a case does not care, by the beginning of its type.
DO_NOT_CARE = {
    "VARCHAR": "",
    "BIGINT": "0",
    "INTEGER": "0",
    "SMALLINT": "0",
    "TINYINT": "0",
    "DECIMAL": "0",
    "BOOLEAN": "false",
    "DATE": "2026-01-01",
    "TIMESTAMP": "2026-01-01 00:00:00",
}


@dataclass
class Ledger:
    warehouse: Warehouse
    calls: int = 0

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows told as text or values; a column that no row names is NULL, or what `DO_NOT_CARE` says."""
        if not rows:
            return
        shape = self.warehouse.query(f"PRAGMA table_info('{table}')").select("name", "type", "notnull")
        if "task_no" in shape["name"]:
            rows = [_numbered(row) for row in rows]
        told = dict.fromkeys(column for row in rows for column in row)
        columns = {name: [_text(row.get(name)) for row in rows] for name in told}
        columns |= {
            name: [DO_NOT_CARE[kind.partition("(")[0]]] * len(rows)
            for name, kind, required in shape.rows()
            if required and name not in told
        }
        with self.warehouse.transaction() as tx:
            tx.insert(table, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))

    def call(self, started_at: datetime | str, cost_usd: Decimal | str | None, **columns: Any) -> int:
        """One billed call and, where it has a cost, one charge of that cost; returns its span_no."""
        self.calls += 1
        told = {"span_no": self.calls, "started_at": started_at, "billed": True, "cost_usd": cost_usd} | columns
        if cost_usd is None:
            told = {"unpriced_because": "no price line"} | told
        else:
            self.insert("charges", [{"span_no": self.calls, "price_line_no": 1, "cost_usd": cost_usd}])
        self.insert("calls", [told])
        return self.calls

    def change_call(self, span_no: int, **columns: Any) -> None:
        """What a refresh does when it knows better: another owner, or another cost with its charge."""
        sets = ", ".join(f"{column} = ${column}" for column in columns)
        with self.warehouse.transaction() as tx:
            tx.execute(f"UPDATE calls SET {sets} WHERE span_no = $span_no", {"span_no": span_no} | columns)
            if "cost_usd" in columns:
                costs = {"span_no": span_no, "cost_usd": columns["cost_usd"]}
                tx.execute("UPDATE charges SET cost_usd = $cost_usd WHERE span_no = $span_no", costs)

    def sum_hours(self) -> None:
        """What a refresh does last: the hours of all calls, and what they were charged by price line."""
        with self.warehouse.transaction() as tx:
            tx.execute(
                "CREATE OR REPLACE TEMP TABLE touched_hours AS"
                " SELECT DISTINCT date_trunc('hour', started_at) AS hour_at, span_no >> 15 AS lot FROM calls"
            )
            tx.run((resources.files("warehouse") / "steps" / "7_hours.sql").read_text(encoding="utf-8"))

    def drop_call(self, span_no: int) -> None:
        """What a refresh does when a call turns out to be another one's duplicate."""
        with self.warehouse.transaction() as tx:
            tx.execute("DELETE FROM calls WHERE span_no = $span_no", {"span_no": span_no})
            tx.execute("DELETE FROM charges WHERE span_no = $span_no", {"span_no": span_no})


def _numbered(row: Mapping[str, Any]) -> dict[str, Any]:
    """A task has one number wherever it is told of."""
    texts = [row.get(column) or "" for column in ("sender", "owner", "task_id")]
    return {"task_no": str(crc32("\n".join(texts).encode()))} | dict(row)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    return f"{value:f}" if isinstance(value, Decimal) else str(value).lower()
