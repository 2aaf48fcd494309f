"""One row a budget: what the table of budgets shows, and how its states are said."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import polars as pl

from dashboards.sources import BudgetLine

STATES = {"over": "over", "heading over": "heading over", "near": "nearly gone", "ok": "on course"}
WORST_FIRST = tuple(STATES)
MONEY = pl.Decimal(38, 12)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "title": pl.String,
    "window": pl.String,
    "state": pl.String,
    "spent_usd": MONEY,
    "budget_usd": MONEY,
    "used": pl.Float64,
    "expected": pl.Float64,
    "burn": pl.Float64,
    "likely_usd": MONEY,
    "low_usd": MONEY,
    "high_usd": MONEY,
    "gone_on": pl.Date,
    "set_by": pl.String,
    "course": pl.String,
    "numbers": pl.String,
}


def worst_first(lines: Sequence[BudgetLine]) -> list[BudgetLine]:
    """The same, those that need somebody first, then by how fast they burn."""
    return sorted(lines, key=lambda line: (WORST_FIRST.index(line.state), -line.used, line.title, line.period))


def budget_rows(lines: Sequence[BudgetLine]) -> pl.DataFrame:
    """The columns of SCHEMA; `course` shows how it goes, `numbers` is the page with the same money."""
    rows = [
        {name: getattr(line, name) for name in SCHEMA if name not in {"state", "course", "numbers"}}
        | {"state": STATES[line.state], "course": f"budgets?{urlencode({'budget': name_of(line)})}"}
        | {"numbers": _page_of(line)}
        for line in lines
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def name_of(line: BudgetLine) -> str:
    """'Support · 2026-11': as it is picked, and as it stands in the page's address."""
    return f"{line.title} · {line.window}"


def _page_of(line: BudgetLine) -> str:
    team = f"&team={quote(line.owner, safe='')}" if line.owner is not None else ""
    kind = line.scope.partition(":")[0]
    page = {"workflow": "workflows", "model": "models", "team": "teams", "cost_centre": "teams"}.get(kind, "overview")
    period = f"period=Custom&from={line.first:%Y-%m-%d}&to={line.last:%Y-%m-%d}"
    return f"/{page}?{period}{team}"
