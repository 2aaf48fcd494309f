"""One answer: what a metric says about one question, and how it is handed out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.cells import json_value, to_arrow, to_csv


@dataclass(frozen=True, slots=True)
class Answer:
    """What a metric says about one question.

    `frame` has the metric's grain first, then its values (money as Decimal, counts as Int64), then its ratios, and
    at the end `coverage`: the share, from 0 to 1, of what the row counts that is complete and priced; null when
    there was nothing to count.
    """

    metric: str
    title: str
    unit: str
    grain: tuple[str, ...]
    params: Mapping[str, Any]
    frame: pl.DataFrame

    def as_json(self) -> dict[str, Any]:
        """{"metric", "unit", "params", "rows"}: one object per row, money as decimal strings."""
        return {
            "metric": self.metric,
            "unit": self.unit,
            "params": {name: json_value(value) for name, value in self.params.items()},
            "rows": [
                {name: json_value(cell) for name, cell in row.items()} for row in self.frame.iter_rows(named=True)
            ],
        }

    def to_csv(self) -> str:
        """The rows as CSV, safe to open in a spreadsheet."""
        return to_csv(self.frame)

    def to_arrow(self) -> bytes:
        """The rows as an Arrow IPC stream."""
        return to_arrow(self.frame)
