"""Read the queries of `questions/`: their text, the parameters each names, and counts as whole numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Protocol

import polars as pl

from warehouse import Warehouse


class Look(Protocol):
    """Ask one of `questions/` for what one reader may see."""

    def __call__(self, name: str, **params: Any) -> pl.DataFrame:
        """Its rows."""


@cache
def query(name: str) -> str:
    """The text of `questions/NAME.sql`."""
    return (resources.files("dashboards") / "questions" / f"{name}.sql").read_text("utf-8")


def named_in(sql: str, offered: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is offered the parameters that the text names; KeyError for one that nobody offers."""
    return {param: offered[param] for param in re.findall(r"\$(\w+)", sql)}


def counts_as_integers(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with whole counts: DuckDB sums BIGINT to HUGEINT, which arrives as a decimal without decimals."""
    counts = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
    return frame.with_columns(pl.col(counts).cast(pl.Int64))


def looking(warehouse: Warehouse, **always: Any) -> Look:
    """Ask a warehouse directly, with these parameters always offered; `ask.look_up` keeps the answers for pages."""

    def look(name: str, **params: Any) -> pl.DataFrame:
        sql = query(name)
        return counts_as_integers(warehouse.query(sql, named_in(sql, {**always, **params})))

    return look
