"""The price book: dated lines in the warehouse, appended and never overwritten."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

import polars as pl

from warehouse.prices.seed import BOOK_VERSION, list_lines
from warehouse.prices.words import PriceLine
from warehouse.store import Warehouse
from warehouse.transaction import Transaction

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "layer": pl.String,
    "provider": pl.String,
    "model": pl.String,
    "token_class": pl.String,
    "service_tier": pl.String,
    "min_input_tokens": pl.Int64,
    "valid_from": pl.Datetime("us"),
    "valid_to": pl.Datetime("us"),
    "from_minute": pl.Int16,
    "until_minute": pl.Int16,
    "usd_per_token": pl.Decimal(18, 12),
    "source": pl.String,
}


class PriceRefused(ValueError):
    """A price that would rewrite the past, or that names nothing we count."""


def seed_prices(warehouse: Warehouse, now: dt.datetime) -> int:
    """Fill an empty price book from the pinned `genai-prices` package, offline; returns the number of new lines.

    A warehouse that has a book keeps it: a newer package is a diff that someone reviews, never a silent change.
    """
    if warehouse.query("SELECT count(*) AS n FROM price_books").item():
        return 0
    lines = list_lines()
    with warehouse.transaction() as tx:
        append(tx, lines, BOOK_VERSION, now)
    return len(lines)


def append(tx: Transaction, lines: Sequence[PriceLine], version: str, now: dt.datetime) -> None:
    """Write new lines and the record of the book they come from; callers have checked them."""
    first = int(tx.query("SELECT coalesce(max(line_no), 0) + 1 AS n FROM price_lines").item())
    frame = (
        pl.DataFrame({name: [getattr(line, name) for line in lines] for name in SCHEMA}, schema=SCHEMA)
        .with_columns(pl.lit(version).alias("book_version"))
        .with_row_index("line_no", offset=first)
    )
    tx.insert("price_lines", frame)
    digest = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    tx.execute(
        "INSERT INTO price_books VALUES ($version, $now, $lines, $digest)",
        {"version": version, "now": naive(now), "lines": len(lines), "digest": digest},
    )


def end_lines(tx: Transaction, line_nos: Sequence[int], at: dt.datetime) -> None:
    """Let lines hold no longer than until `at` (naive UTC); one that had not begun by then never holds."""
    with tx.frame("ended", pl.DataFrame({"line_no": line_nos}, schema={"line_no": pl.Int32})):
        tx.execute(
            "UPDATE price_lines SET valid_to = greatest(valid_from, $at)"
            " WHERE line_no IN (SELECT line_no FROM ended) AND valid_to > $at",
            {"at": at},
        )


def read_lines(tx: Transaction, where: str, params: dict[str, object] | None = None) -> dict[int, PriceLine]:
    """The lines that hold at some time and meet a condition over the columns of `price_lines`, by line number."""
    columns = ", ".join(SCHEMA)
    rows = tx.query(
        f"SELECT line_no, {columns} FROM price_lines WHERE valid_from < valid_to AND ({where}) ORDER BY line_no",  # noqa: S608 - SQL of ours
        params,
    )
    return {row.pop("line_no"): PriceLine(**row) for row in rows.to_dicts()}


def refuse_closed(tx: Transaction, lines: Iterable[PriceLine]) -> None:
    """Raise PriceRefused for a line that would hold within a month that finance has closed."""
    closed = tx.query("SELECT month, until_at FROM closes ORDER BY until_at DESC LIMIT 1")
    if closed.is_empty():
        return
    month, until = closed.row(0)
    for line in lines:
        if line.valid_from < until:
            raise PriceRefused(
                f"a price of {line.provider}/{line.model} since {line.valid_from:%Y-%m-%d} would rewrite {month}, "
                f"which is closed; let it begin at {until:%Y-%m-%d %H:%M} UTC or later"
            )


def naive(instant: dt.datetime) -> dt.datetime:
    """An instant as it is stored: UTC, without saying so; a naive one is UTC already."""
    return instant.astimezone(dt.UTC).replace(tzinfo=None) if instant.tzinfo else instant
