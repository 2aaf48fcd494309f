"""close, report: freeze a month, and write what each team owes."""

from __future__ import annotations

import getpass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json, as_table
from outlay.counter import ask
from outlay.home import Home
from warehouse import usd_exact

MonthArgument = Annotated[str, typer.Argument(help="The month, as 2026-10.")]


def close(
    month: MonthArgument,
    *,
    home: HomeOption = DEFAULT_HOME,
    by: Annotated[str | None, typer.Option(help="Who closes it; your user name if left out.")] = None,
    json: JsonOption = False,
) -> None:
    """Freeze a month for good: what comes in late is booked in the next one, as a correction."""
    found = ask(Home(home), "close", {"month": month, "by": by or getpass.getuser()}, now())
    if json:
        as_json(found)
        return
    typer.echo(f"{month} is closed at {_cents(found['amount_usd'])}: {found['calls']:,} calls, {_reservations(found)}.")
    typer.echo(f"SHA-256 of its lines: {found['sha256']}")
    typer.echo(f"`outlay report {month}` writes the statements.")


class Kind(StrEnum):
    """Whom a month's report is for."""

    STATEMENTS = "statements"
    PLATFORM = "platform"


def report(
    month: MonthArgument,
    *,
    home: HomeOption = DEFAULT_HOME,
    kind: Annotated[
        Kind, typer.Option(help="What each team owes, or the page a platform team publishes.")
    ] = Kind.STATEMENTS,
    json: JsonOption = False,
) -> None:
    """Write a month's statements: an XLSX and a CSV per team, and a summary whose parts sum to the total."""
    if kind is Kind.PLATFORM:
        written = ask(Home(home), "platform_report", {"month": month}, now())
        if json:
            as_json(written)
            return
        typer.echo(f"{written['title']}. Its files in {written['folder']}:")
        typer.echo("\n".join(f"  {file}" for file in written["files"]))
        return
    found = ask(Home(home), "report", {"month": month}, now())
    if json:
        as_json(found)
        return
    as_table([_shown(row) for row in found["teams"]], empty=f"Nobody spent anything in {month}.")
    typer.echo(f"\n{month} is {found['status']}: {_cents(found['amount_usd'])} in all. Its files in {found['folder']}:")
    for file in found["files"]:
        typer.echo(f"  {file}")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A team's row with its amounts to the cent, as they are owed."""
    return {
        "team": row["team"] or "Unattributed",
        "cost centre": row["cost_centre"],
        "calls": row["calls"],
        "unpriced": row["unpriced_calls"],
        "incomplete": row["incomplete_calls"],
        "corrections": _cents(row["corrections_usd"]),
        "owes": _cents(row["amount_usd"]),
    }


def _cents(amount: str) -> str:
    return usd_exact(Decimal(amount))


def _reservations(found: dict[str, Any]) -> str:
    unknown = found["unpriced_calls"] + found["incomplete_calls"]
    return f"{unknown:,} of them without a price or without their tokens" if unknown else "every one priced"
