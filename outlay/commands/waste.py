"""waste: what was spent for nothing, rule by rule, and the calls behind each."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, SinceOption, TeamOption, UntilOption
from outlay.commands.show import as_json, as_table
from outlay.counter import ask
from outlay.home import Home
from warehouse import usd

CALL_COLUMNS = ("waste_usd", "because", "team", "workflow", "model", "started_at", "trace_id", "span_id")
MOST_SHOWN = 25


def waste(
    rule: Annotated[
        str | None, typer.Argument(help="The calls behind this rule; leave it out to see them all.")
    ] = None,
    *,
    home: HomeOption = DEFAULT_HOME,
    team: TeamOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
) -> None:
    """What was spent for nothing, in dollars: retries, loops, repeated prompts, unread caches and more."""
    params = {"team": team, "since": since, "until": until}
    if rule:
        found = ask(Home(home), "wasted_calls", params | {"rule": rule}, now())
    else:
        found = ask(Home(home), "waste", params, now())
    if json:
        as_json(found)
    elif rule:
        _show_calls(found)
    else:
        _show_rules(found)


def _show_rules(found: dict[str, Any]) -> None:
    rows = [
        {
            "rule": rule["rule"],
            "team": line["team"] or "Unattributed",
            "workflow": line["workflow"],
            "calls": line["counted_calls"],
            "counted_usd": line["counted_usd"],
            "found_usd": line["found_usd"],
        }
        for rule in found["rules"]
        for line in rule["lines"]
    ]
    rows.sort(key=lambda row: -Decimal(row["counted_usd"]))
    as_table(rows, empty="No rule found anything in this period; leave out --since and --until to see all.")
    whole, spent = Decimal(found["waste_usd"]), Decimal(found["spent_usd"])
    if rows:
        share = f" of {usd(spent)} spent ({whole / spent:.1%})" if spent else ""
        typer.echo(f"\n{usd(whole)}{share}. What two rules found is counted once; `outlay waste RULE` shows the calls.")


def _show_calls(found: dict[str, Any]) -> None:
    typer.echo(f"{found['title']}: {found['looks_for']}\n")
    calls = found["calls"]
    as_table([{name: call[name] for name in CALL_COLUMNS} for call in calls[:MOST_SHOWN]], empty="It found nothing.")
    if len(calls) > MOST_SHOWN:
        typer.echo(f"\nThe dearest {MOST_SHOWN} of {len(calls):,}; --json shows more.")
    typer.echo(f"\n{found['mends']}")
