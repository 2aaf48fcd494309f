"""What a value of ours looks like in somebody else's file: JSON, CSV, Arrow."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from warehouse.money import exact_text

# Spreadsheets take a cell that begins with one of these for a formula, the full-width forms included.
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def json_value(value: Any) -> Any:
    """A cell for JSON: money as a decimal string, instants as ISO 8601 with Z, dates as ISO 8601, the rest as is."""
    if isinstance(value, Decimal):
        return exact_text(value)
    if isinstance(value, datetime):
        return f"{value.replace(tzinfo=None).isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    return value


def csv_cell(value: Any) -> str:
    """A cell for CSV, quoted where RFC 4180 asks for it; nothing for unknown, `""` for an empty text.

    A text that a spreadsheet would run as a formula gets a leading apostrophe; numbers keep their minus sign.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(json_value(value))
    text = f"'{value}" if value.startswith(STARTS_A_FORMULA) else value
    return csv_quoted(text)


def csv_quoted(text: str) -> str:
    """A text as RFC 4180 quotes it; an empty text is quoted too, so that it differs from an unknown one."""
    if not text or any(mark in text for mark in ',"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def to_csv(frame: pl.DataFrame) -> str:
    """A table as CSV with a header line, safe to open in a spreadsheet, money with all its digits."""
    lines = [",".join(map(csv_cell, frame.columns))]
    lines += (",".join(map(csv_cell, row)) for row in frame.iter_rows())
    return "\n".join(lines) + "\n"


def to_arrow(frame: pl.DataFrame) -> bytes:
    """A table as an Arrow IPC stream in types that every Arrow reader knows; DECIMAL stays decimal."""
    stream = io.BytesIO()
    frame.write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())
    return stream.getvalue()


def canonical_csv(frame: pl.DataFrame) -> str:
    """A table as the one text its digest is taken of: UTF-8, LF, header line, every digit of every decimal.

    Nothing is guarded or shortened; an unknown cell is empty, an empty text is `""`.
    """
    rows = ((csv_quoted(cell) if isinstance(cell, str) else _digits(cell) for cell in row) for row in frame.iter_rows())
    return "".join(",".join(row) + "\n" for row in [frame.columns, *rows])


def _digits(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
