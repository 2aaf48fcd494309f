"""Lay a month's statement out for those who pay: a summary, and a document for each team, that add up to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from alerts.incidents.incident import UNATTRIBUTED
from alerts.render.table import Book, Column, Sheet, Table, Value
from warehouse import Statement, by_team, usd_exact

CORRECTION = "Correction"

LINES = tuple(
    map(
        Column.named,
        (
            *("status", "month", "line_no", "charge_class", "usage_month", "team", "cost_centre", "workflow"),
            *("provider", "model", "calls", "unpriced_calls", "incomplete_calls", "input_tokens", "output_tokens"),
            *("cost_usd", "amount_usd"),
        ),
    )
)
TEAMS = tuple(
    map(
        Column.named,
        (
            *("status", "month", "team", "cost_centre", "calls", "unpriced_calls", "incomplete_calls", "cost_usd"),
            *(
                "usage_usd",
                "corrections_usd",
                "amount_usd",
                "share",
                "prior_usd",
                "delta_usd",
                "budget_usd",
                "left_usd",
            ),
        ),
    )
)
SUMMED = ("calls", "unpriced_calls", "incomplete_calls", "input_tokens", "output_tokens", "cost_usd", "amount_usd")
GROUPED = ("calls", "unpriced_calls", "incomplete_calls", "cost_usd", "amount_usd")
SUMMED_OF_TEAMS = (*SUMMED, "usage_usd", "corrections_usd", "prior_usd", "delta_usd")

NOTES = """\
Amounts are rounded once: the total to the cent, halves away from zero. It is shared out to the teams, and each team's \
amount to its lines, by largest remainder, so that every level sums exactly.
cost_usd is the exact cost before rounding, to twelve decimals. A spreadsheet keeps fifteen digits of it; CSV files \
keep them all.
A call without a price (unpriced) or without all its usage (incomplete) is counted and not valued: what it cost is \
unknown, is not in the total, and is never taken for $0.
Each call is priced by the price in force when it began, from the price books named above.
Unattributed is what no team was named for. It is a line of its own and is not spread over the teams.
Prior-period corrections are what earlier, closed months turned out to cost since they were closed: late data, \
duplicates found, new owners. A closed month itself never changes.
PROVISIONAL: the month is not closed, and these figures may still change. FINAL: it is closed, and the SHA-256 is that \
of its frozen lines.
"""


Fact = tuple[str, Value]


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a statement: for a team (None = Unattributed), or the summary of all."""

    team: str | None
    is_summary: bool
    book: Book
    list: Table  # what its CSV holds


def papers(statement: Statement, company: str) -> list[Paper]:
    """The summary first, then a document for every team in the order of the summary."""
    owed = by_team(statement)
    teams = [_team_paper(statement, row, company) for row in owed.iter_rows(named=True)]
    return [_summary(statement, owed, company), *teams]


def status(statement: Statement) -> str:
    """'PROVISIONAL' or 'FINAL'."""
    return statement.status.upper()


def _summary(statement: Statement, owed: pl.DataFrame, company: str) -> Paper:
    teams = _table(TEAMS, owed, statement, totals=SUMMED_OF_TEAMS)
    whole = {
        "amount_usd": statement.amount_usd,
        "cost_usd": statement.total_usd,
        "corrections_usd": statement.corrections_usd,
        "prior_usd": teams.sum("prior_usd"),
        "calls": statement.calls,
        "unpriced_calls": statement.unpriced_calls,
        "incomplete_calls": statement.incomplete_calls,
    }
    facts: list[Fact] = [("Teams", owed.height), ("Unattributed share of the total", statement.unattributed_share)]
    sheets = (
        Sheet("Summary", (_facts(statement, "All teams", company, whole, facts), _notes())),
        Sheet("By team", (teams,), is_list=True),
        Sheet("By model", (_grouped(statement.lines, ("provider", "model")),)),
        *_line_sheets(statement, statement.lines),
        Sheet("Checks", (_checks(statement, statement.lines, statement.amount_usd),)),
    )
    title = f"Statement {statement.month}, all teams"
    return Paper(None, True, Book(title, _mark(statement), statement.stated_at, sheets), teams)


def _team_paper(statement: Statement, owed: dict[str, Any], company: str) -> Paper:
    team: str | None = owed["team"]
    lines = statement.lines.filter(pl.col("team").eq_missing(pl.lit(team, dtype=pl.String)))
    facts: list[Fact] = [
        ("Cost centre", owed["cost_centre"]),
        ("Budget of the month", owed["budget_usd"]),
        ("Left of the budget", owed["left_usd"]),
        ("Share of the total", owed["share"]),
    ]
    sheets = (
        Sheet("Statement", (_facts(statement, _named(team), company, owed, facts), _notes())),
        Sheet("By workflow", (_grouped(lines, ("workflow",)), _grouped(lines, ("provider", "model")))),
        *_line_sheets(statement, lines),
        Sheet("Checks", (_checks(statement, lines, owed["amount_usd"]),)),
    )
    title = f"Statement {statement.month}, {_named(team)}"
    listed = _table(LINES, lines, statement, totals=SUMMED)
    return Paper(team, False, Book(title, _mark(statement), statement.stated_at, sheets), listed)


def _line_sheets(statement: Statement, lines: pl.DataFrame) -> tuple[Sheet, Sheet]:
    corrections = lines.filter(pl.col("charge_class") == CORRECTION)
    return (
        Sheet("Lines", (_table(LINES, lines, statement, totals=SUMMED),), is_list=True),
        Sheet("Prior-period corrections", (_table(LINES, corrections, statement, totals=SUMMED),), is_list=True),
    )


def _facts(statement: Statement, whose: str, company: str, own: dict[str, Any], more: list[Fact]) -> Table:
    received = statement.received_until
    covered = own["calls"] - own["unpriced_calls"] - own["incomplete_calls"]
    facts: list[Fact] = [
        ("Company", company),
        ("For", whose),
        ("Month", str(statement.month)),
        ("Status", status(statement)),
        ("Amount due", own["amount_usd"]),
        ("Exact cost before rounding", own["cost_usd"]),
        ("of which prior-period corrections", own["corrections_usd"]),
        ("Amount of the month before", own["prior_usd"]),
        *more,
        ("Calls", own["calls"]),
        ("  without a price", own["unpriced_calls"]),
        ("  without all their usage", own["incomplete_calls"]),
        ("Coverage: complete and priced", max(covered, 0) / own["calls"] if own["calls"] else None),
        ("Coverage of the whole statement", statement.coverage),
        ("Currency", "USD"),
        ("Period", f"{_instant(statement.since)} to {_instant(statement.until)}, cut in {statement.time_zone}"),
        ("Data received until", _instant(received) if received else None),
        ("Stated at", _instant(statement.stated_at)),
        ("Closed by", statement.closed_by),
        ("Price books", ", ".join(statement.price_versions) or None),
        ("SHA-256 of all lines", statement.sha256),
    ]
    rows = tuple((name, "none" if value is None else value) for name, value in facts)
    return Table((Column("Statement"), Column(f"{status(statement)} {statement.month}", "any")), rows)


def _notes() -> Table:
    return Table((Column("Notes"),), tuple((note,) for note in NOTES.splitlines()))


def _checks(statement: Statement, lines: pl.DataFrame, amount_usd: Decimal) -> Table:
    owed = sum(lines["amount_usd"], Decimal(0))
    own = (
        "this document's lines sum to its amount due",
        owed == amount_usd,
        f"{usd_exact(owed)} of {usd_exact(amount_usd)}",
    )
    every = [own, *((check.name, check.passed, check.sentence) for check in statement.checks)]
    rows = tuple((name, "PASS" if passed else "FAIL", sentence) for name, passed, sentence in every)
    return Table((Column("check"), Column("result"), Column("numbers")), rows)


def _grouped(lines: pl.DataFrame, by: tuple[str, ...]) -> Table:
    grouped = lines.group_by(by).agg(pl.col(GROUPED).sum())
    ordered = grouped.sort(pl.col("cost_usd"), *by, descending=[True, *(False for _ in by)], nulls_last=True)
    columns = tuple(map(Column.named, (*by, *GROUPED)))
    rows = [tuple("none named" if value is None else value for value in row) for row in ordered.iter_rows()]
    return Table(columns, tuple(rows), title=f"By {' and '.join(by)}", total=_total(columns, rows, SUMMED))


def _table(columns: tuple[Column, ...], frame: pl.DataFrame, statement: Statement, totals: Iterable[str]) -> Table:
    told = {"status": status(statement), "month": str(statement.month)}
    names = [column.name for column in columns]
    rows = [
        tuple(told.get(name) or (_named(row[name]) if name == "team" else row[name]) for name in names)
        for row in frame.iter_rows(named=True)
    ]
    return Table(columns, tuple(rows), total=_total(columns, rows, totals))


def _total(columns: tuple[Column, ...], rows: list[tuple[Value, ...]], summed: Iterable[str]) -> tuple[Value, ...]:
    names, wanted = [column.name for column in columns], set(summed)
    values: list[Value] = [
        sum(value for value in (row[place] for row in rows) if isinstance(value, int | Decimal))
        if name in wanted
        else None
        for place, name in enumerate(names)
    ]
    return ("Total", *values[1:])


def _named(team: str | None) -> str:
    return UNATTRIBUTED if team is None else team


def _mark(statement: Statement) -> str:
    return f"Statement {statement.month} {status(statement)}"


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
