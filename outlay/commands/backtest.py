"""backtest: what the detector of spikes would have told of anybody's hourly spend."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from alerts import WouldBe, read_spend
from alerts import backtest as incidents_of
from outlay.commands.options import JsonOption
from outlay.commands.show import as_json, as_table
from outlay.questions.table import Unanswerable
from warehouse import usd

COLUMNS = "A CSV: series_id, ts, cost_usd and, where they are known, calls, input_tokens, output_tokens."
FileArgument = Annotated[Path, typer.Argument(help=COLUMNS)]
ZoneOption = Annotated[str, typer.Option("--time-zone", help="Where the hours of the week are counted.")]


def backtest(file: FileArgument, *, time_zone: ZoneOption = "UTC", json: JsonOption = False) -> None:
    """The incidents that a CSV of hourly or daily spend would have opened; what has no row is unknown, not zero."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Unanswerable(f"--time-zone {time_zone!r} is no time zone; write one such as Europe/Berlin") from None
    spend = read_spend(file)
    for remark in spend.remarks:
        typer.echo(f"{file}: {remark}", err=True)
    found = incidents_of(spend.rows, zone=zone)
    if json:
        as_json({"incidents": [each.row() for each in found]})
        return
    as_table([_shown(each) for each in found], empty="Nothing was out of line.")
    if found:
        pages = sum(each.tier == "page" for each in found)
        total = sum((each.impact_usd for each in found if each.direction == "up"), Decimal(0))
        count = f"{len(found)} incident{'s' if len(found) > 1 else ''}"
        typer.echo(f"\n{count}, {pages or 'none'} of them to wake somebody for; {usd(total)} more than usual.")


def _shown(found: WouldBe) -> dict[str, object]:
    row = found.row()
    return {
        "series": row["series_id"],
        "opened": row["opened_at"],
        "resolved": row["resolved_at"] or "open",
        "direction": row["direction"],
        "tier": row["tier"],
        "driver": (row["driver"] or "not told").replace("_", " "),
        "impact": usd(found.impact_usd),
    }
