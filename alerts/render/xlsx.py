"""A book as XLSX: numbers are numbers, every text is only a text, and the same book gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alerts.plain import CELL_LENGTH, plain
from alerts.render.table import Book, Kind, Sheet, Table, Value, kind_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# No text may become a formula, a link or a number, whatever it looks like.
INERT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

NUMBERS: Mapping[Kind, str] = {
    "text": "@",
    "count": "#,##0",
    "usd": "#,##0.00##########",  # twelve places when it takes them: what was spent never shows as 0.00
    "amount": "#,##0.00",
    "share": "0.00%",
    "any": "General",
}
NARROW, WIDE = 9, 60  # characters


def xlsx(book: Book) -> bytes:
    """The bytes of the file."""
    import xlsxwriter  # noqa: PLC0415 - every command comes past here, and few write a workbook

    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, INERT)
    workbook.set_properties({"title": plain(book.title), "created": book.created_at.replace(tzinfo=None)})
    formats = _Formats(workbook)
    for sheet in book.sheets:
        _write(workbook.add_worksheet(sheet.name), sheet, book, formats)
    workbook.close()
    return stream.getvalue()


class _Formats:
    """The few looks a cell can have."""

    def __init__(self, workbook: Any) -> None:
        self.title: Format = workbook.add_format({"bold": True, "font_size": 13})
        self.header: Format = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.value = _looks(workbook, {"valign": "top"})
        self.total = _looks(workbook, {"valign": "top", "bold": True, "top": 1})


def _looks(workbook: Any, more: Mapping[str, Any]) -> dict[Kind, Format]:
    wrapped: Mapping[Kind, Mapping[str, Any]] = {"text": {"text_wrap": True}, "any": {"align": "left"}}
    return {
        kind: workbook.add_format({"num_format": shown, **wrapped.get(kind, {}), **more})
        for kind, shown in NUMBERS.items()
    }


def _write(page: Worksheet, sheet: Sheet, book: Book, formats: _Formats) -> None:
    row = 0
    for table in sheet.tables:
        row = _write_table(page, row, table, formats) + 2
    if sheet.is_list:
        table = sheet.tables[0]
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{book.mark}&R&P / &N")  # nothing a stranger named: & has a meaning here
    for place, width in enumerate(_widths(sheet)):
        page.set_column(place, place, width)


def _write_table(page: Worksheet, row: int, table: Table, formats: _Formats) -> int:
    """Write a table from `row` on; returns the row after it."""
    if table.title:
        page.write_string(row, 0, plain(table.title), formats.title)
        row += 1
    for place, column in enumerate(table.columns):
        page.write_string(row, place, column.name, formats.header)
    for values in table.rows:
        row += 1
        _write_row(page, row, table, values, formats.value)
    if table.total:
        row += 1
        _write_row(page, row, table, table.total, formats.total)
    return row + 1


def _write_row(
    page: Worksheet, row: int, table: Table, values: tuple[Value, ...], looks: Mapping[Kind, Format]
) -> None:
    for place, (column, value) in enumerate(zip(table.columns, values, strict=True)):
        look = looks[kind_of(value) if column.kind == "any" else column.kind]
        if isinstance(value, str):
            page.write_string(row, place, plain(value, CELL_LENGTH), looks["text"])
        elif value is None:
            page.write_blank(row, place, None, look)
        else:
            page.write_number(row, place, float(value), look)


def _widths(sheet: Sheet) -> list[int]:
    widths: list[int] = []
    for table in sheet.tables:
        for place, column in enumerate(table.columns):
            texts = [column.name, *(_shown(row[place]) for row in (*table.rows, *filter(None, [table.total])))]
            width = min(max(NARROW, *(len(text) + 2 for text in texts)), WIDE)
            widths[place : place + 1] = [max([width, *widths[place : place + 1]])]
    return widths


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:,}" if value is not None else ""
