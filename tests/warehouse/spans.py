"""Spans as the loader hands them over, told by the columns a case is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from made_once import warehouse_after

from warehouse import TOKEN_CLASSES, Appended, Batch, Refreshed, Warehouse, append, refresh, seed_prices

START = dt.datetime(2026, 10, 3, 14)
DAY = START.date()
_LIKE_OPENAI = {
    "sender": "",
    "trace_id": "a" * 32,
    "parent_span_id": None,
    "journal_day": DAY,
    "journal_seq": 1,
    "received_at": START,
    "name": "chat",
    "status": "unset",
    "service": "bot",
    "resource_id": "r",
    "scope_name": "opentelemetry.instrumentation.openai_v2",
    "scope_version": "1",
    "dialect": "otel_genai",
    "dialect_rank": 1,
    "role": "call",
    "operation": "chat",
    "purpose": "product",
    "provider": "openai",
    "request_model": "gpt-4o-mini",
    "response_model": "gpt-4o-mini-2024-07-18",
    "response_id": None,
    "service_tier": None,
    "cache_decided_by": None,
    "incomplete_because": None,
    "team": None,
    "claimed_team": None,
    "team_believed": None,
    "workflow": None,
    "task_id": None,
} | dict.fromkeys(TOKEN_CLASSES)


def span(number: int, *, at: float = 0, lasts: float = 1, **columns: Any) -> dict[str, Any]:
    """A span with id `number`, started `at` seconds after START."""
    started_at = START + dt.timedelta(seconds=at)
    told = {"span_id": span_id(number), "started_at": started_at, "ended_at": started_at + dt.timedelta(seconds=lasts)}
    return _LIKE_OPENAI | told | columns


def inside(number: int) -> dict[str, str]:
    """The column that makes a span a child of span `number`."""
    return {"parent_span_id": span_id(number)}


def span_id(number: int) -> str:
    return f"{number:016x}"


SDK = {
    "scope_name": "com.anthropic.sdk.python",
    "dialect": "anthropic_sdk",
    "dialect_rank": 0,
    "provider": "anthropic",
    "request_model": "claude-sonnet-4-5",
    "response_model": "claude-sonnet-4-5-20250929",
}
INSTRUMENTOR = SDK | {
    "scope_name": "openinference.instrumentation.anthropic",
    "dialect": "openinference",
    "dialect_rank": 1,
}


class Told:
    """A warehouse in memory that spans are told to, batch by batch."""

    @classmethod
    def after(cls, tell: Callable[[Told], object]) -> Told:
        """One that has been told something that many tests begin with."""
        return cls(warehouse_after(_tell, tell))

    def __init__(self, warehouse: Warehouse | None = None) -> None:
        self.warehouse = warehouse or warehouse_after(_seed)
        _seed(self.warehouse)
        self._seq = 0

    def tell(
        self, *spans: dict[str, Any], outcomes: Sequence[dict[str, Any]] = (), checks: Sequence[dict[str, Any]] = ()
    ) -> tuple[Appended, Refreshed]:
        """Append one batch and refresh."""
        appended = self.append(*spans, outcomes=outcomes, checks=checks)
        return appended, refresh(self.warehouse)

    def append(
        self, *spans: dict[str, Any], outcomes: Sequence[dict[str, Any]] = (), checks: Sequence[dict[str, Any]] = ()
    ) -> Appended:
        """Append one batch only."""
        self._seq += 1
        schema = {name: _kind(name) for name in spans[0]} | {"row": pl.Int64}
        frame = pl.DataFrame([row | {"row": place} for place, row in enumerate(spans)], schema=schema).with_columns(
            attributes=pl.lit([], dtype=pl.List(pl.Struct({"key": pl.String, "value": pl.String})))
        )
        told = (pl.DataFrame(checks), pl.DataFrame(outcomes))
        batch = Batch(frame, *told, _RESOURCES, pl.DataFrame(), {DAY: self._seq})
        with self.warehouse.transaction() as tx:
            return append(tx, batch)

    def calls(self, columns: str) -> list[tuple[Any, ...]]:
        """The named columns of every call, oldest first."""
        return self.warehouse.query(f"SELECT {columns} FROM calls ORDER BY started_at, trace_id, span_id").rows()

    def ledger(self) -> list[list[tuple[Any, ...]]]:
        """Everything the refresh computed, without the numbers that only say what was loaded when."""
        return [
            self.calls("* EXCLUDE (span_no, task_no)"),
            self.warehouse.query("SELECT * EXCLUDE (task_no) FROM tasks ORDER BY ALL").rows(),
            self.warehouse.query("SELECT * EXCLUDE (task_no) FROM task_parts ORDER BY ALL").rows(),
            self.warehouse.query("SELECT * FROM hours ORDER BY ALL").rows(),
            self.warehouse.query("SELECT * EXCLUDE (span_no) FROM charges ORDER BY ALL").rows(),
            self.warehouse.query(
                "SELECT * EXCLUDE (lot, quantity, cost_usd), sum(quantity), sum(cost_usd) FROM charge_lots"
                " GROUP BY ALL ORDER BY ALL"
            ).rows(),
        ]


_RESOURCES = pl.DataFrame({"resource_id": ["r"], "attributes": [[{"key": "service.name", "value": "bot"}]]})


def _tell(warehouse: Warehouse, tell: Callable[[Told], object]) -> None:
    tell(Told(warehouse))


def _seed(warehouse: Warehouse) -> None:
    seed_prices(warehouse, dt.datetime(2026, 11, 1, tzinfo=dt.UTC))


def _kind(name: str) -> pl.DataType | type[pl.DataType]:
    if name in TOKEN_CLASSES or name in {"journal_seq", "dialect_rank"}:
        return pl.Int64
    if name == "team_believed":
        return pl.Boolean
    if name == "journal_day":
        return pl.Date
    return pl.Datetime("us") if name.endswith("_at") else pl.String
