"""Show an answer: JSON for programs, an aligned table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
import typer

from warehouse import usd

NOTHING = "—"


def as_json(value: Any) -> None:
    """Print a JSON value, indented."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def as_table(rows: Sequence[Mapping[str, Any]], *, empty: str) -> None:
    """Print rows under their names, numbers to the right; `empty` is the sentence when there are none."""
    typer.echo(table(rows) if rows else empty)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of the same keys as aligned text. Money (`…_usd`, exact text) is shown rounded, unknown as a dash."""
    columns = list(rows[0])
    cells = [[_cell(name, row.get(name)) for name in columns] for row in rows]
    to_the_right = [all(_is_amount(name, row.get(name)) for row in rows) for name in columns]
    widths = [max(len(name), *(len(line[at]) for line in cells)) for at, name in enumerate(columns)]

    def line(texts: Sequence[str]) -> str:
        aligned = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, to_the_right, strict=True)
        )
        return "  ".join(aligned).rstrip()

    return "\n".join([line(columns), line(["─" * width for width in widths]), *(line(each) for each in cells)])


def _is_money(name: str) -> bool:
    return name.endswith("_usd")


def _is_amount(name: str, value: Any) -> bool:
    return _is_money(name) or value is None or isinstance(value, int | float) or str(value).startswith(("$", "−$"))


def _cell(name: str, value: Any) -> str:
    match value:
        case None:
            return NOTHING
        case str() if _is_money(name):
            return usd(Decimal(value))
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.4g}"
        case list():
            return ", ".join(plain(str(item)) for item in value)
        case _:
            return plain(str(value))


def plain(text: str) -> str:
    """A text that others sent, without what would move a terminal's cursor or colour its lines."""
    return "".join(mark if mark.isprintable() else "·" for mark in text)
