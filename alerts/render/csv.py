"""A table as CSV: UTF-8, a header line, money with all its digits, and no cell that a spreadsheet would run."""

from __future__ import annotations

from decimal import Decimal

from alerts.plain import CELL_LENGTH, plain
from alerts.render.table import Column, Table, Value
from warehouse import csv_cell

PLACES = {"usd": Decimal("1e-12"), "amount": Decimal("0.01")}


def csv(table: Table) -> bytes:
    """The rows, without the total: whoever sums a column must not count twice."""
    lines = [",".join(csv_cell(column.name) for column in table.columns)]
    lines += [
        ",".join(_cell(column, value) for column, value in zip(table.columns, row, strict=True)) for row in table.rows
    ]
    return ("\r\n".join(lines) + "\r\n").encode()  # RFC 4180 §2.1


def _cell(column: Column, value: Value) -> str:
    if isinstance(value, Decimal):
        # Always as many places as the column has, so that files of one kind can be compared line by line.
        return f"{value.quantize(PLACES[column.kind]):f}"
    return csv_cell(plain(value, CELL_LENGTH) if isinstance(value, str) else value)
