"""A month's statement, cut down to what a reader may see of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import polars as pl

from dashboards.selection import Selection
from dashboards.sums import dollars
from warehouse import Check, Statement, by_team

CORRECTION = "Correction"


@dataclass(frozen=True, slots=True)
class Owed:
    """Who owes what for one month: `rows` is one row a team (`warehouse.by_team`), `corrections` such lines.

    `checks` and `sha256` speak of the whole statement, so only a reader of all teams has them.
    """

    month: str
    final: bool
    over: bool  # the month has ended, closed or not
    stated_at: datetime
    closed_by: str | None
    price_versions: tuple[str, ...]
    rows: pl.DataFrame
    corrections: pl.DataFrame
    checks: tuple[Check, ...]
    sha256: str | None

    @property
    def amount_usd(self) -> Decimal:
        """What these teams owe together, to the cent."""
        return dollars(self.rows, "amount_usd")


def owed(statement: Statement, selection: Selection) -> Owed:
    """The statement as the selection's teams may see it."""
    whole = selection.teams is None
    return Owed(
        month=str(statement.month),
        final=statement.status == "final",
        over=selection.now >= statement.until,
        stated_at=statement.stated_at,
        closed_by=statement.closed_by,
        price_versions=statement.price_versions,
        rows=_theirs(by_team(statement), selection),
        corrections=_theirs(statement.lines.filter(pl.col("charge_class") == CORRECTION), selection),
        checks=statement.checks if whole else (),
        sha256=statement.sha256 if whole else None,
    )


def _theirs(frame: pl.DataFrame, selection: Selection) -> pl.DataFrame:
    return frame if selection.teams is None else frame.filter(pl.col("team").is_in(list(selection.teams)))
