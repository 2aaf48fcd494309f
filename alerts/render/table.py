"""What a document is made of: sheets of tables whose columns know what kind of value they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Self

Kind = Literal["text", "count", "usd", "amount", "share", "any"]
"""usd: exact, up to twelve decimals. amount: to the cent. share: 0..1, shown as per cent. any: each cell by itself."""

Value = str | int | float | Decimal | None

CENTS = -2  # the exponent of an amount


def kind_of(value: Value) -> Kind:
    """What a value by itself is: money in cents or exact, a count, a share, or text."""
    if isinstance(value, Decimal):
        return "amount" if value.as_tuple().exponent == CENTS else "usd"
    if isinstance(value, int):
        return "count"
    return "share" if isinstance(value, float) else "text"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called in files and what it holds."""

    name: str
    kind: Kind = "text"

    @classmethod
    def named(cls, name: str) -> Self:
        """A column of the warehouse: its kind follows from the suffix of its name."""
        if name == "cost_usd":
            return cls(name, "usd")
        if name.endswith("_usd"):
            return cls(name, "amount")
        if name == "share":
            return cls(name, "share")
        return cls(name, "count" if name.endswith(("calls", "tokens", "_no")) else "text")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `total` is one more row that sums them, for people; machines get the rows alone."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    title: str = ""
    total: tuple[Value, ...] | None = None

    def sum(self, name: str) -> Decimal:
        """The exact sum of a money column."""
        place = [column.name for column in self.columns].index(name)
        return sum((value for row in self.rows if isinstance(value := row[place], Decimal)), Decimal(0))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tables below one another. A list (one long table) is frozen at its header and can be filtered."""

    name: str
    tables: tuple[Table, ...]
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """A document: `mark` stands on every printed page; `created_at` is part of the bytes, so it is given."""

    title: str
    mark: str
    created_at: datetime
    sheets: tuple[Sheet, ...]
