"""why: what moved the cost between two periods, part by part."""

from __future__ import annotations

from typing import Annotated

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, SinceOption, TeamOption, UntilOption
from outlay.commands.show import as_json, as_table, plain
from outlay.counter import ask
from outlay.home import Home

MOST_WORKFLOWS = 10


def why(
    *,
    home: HomeOption = DEFAULT_HOME,
    team: TeamOption = None,
    workflow: Annotated[str | None, typer.Option(help="Only this workflow.")] = None,
    model: Annotated[str | None, typer.Option(help="Only this model.")] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    before_since: Annotated[
        str | None, typer.Option("--before-since", help="The earlier period begins; else as long as the later one.")
    ] = None,
    before_until: Annotated[
        str | None, typer.Option("--before-until", help="The earlier period ends; else where the later one begins.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Why the cost changed between two periods: calls, tokens, model mix, cache, price, what is new or gone."""
    asked = {"team": team, "workflow": workflow, "model": model, "since": since, "until": until}
    found = ask(Home(home), "why", asked | {"before_since": before_since, "before_until": before_until}, now())
    if json:
        as_json(found)
        return
    typer.echo(plain(found["sentence"]))
    typer.echo(f"From {found['before']['since']} – {found['before']['until']}")
    typer.echo(f"to   {found['after']['since']} – {found['after']['until']}\n")
    rows = [{"part": part["title"], "cost_usd": part["cost_usd"]} for part in found["parts"]]
    as_table([*rows, {"part": "TOTAL", "cost_usd": found["difference_usd"]}], empty="")
    uncosted = found["before"]["uncosted_calls"] + found["after"]["uncosted_calls"]
    if uncosted:
        typer.echo(f"\n{uncosted:,} calls have no known cost and are in no part; `outlay doctor` says why.")
    moved = [each for each in found["workflows"] if each["difference_usd"] != "0"][:MOST_WORKFLOWS]
    typer.echo("")
    as_table(
        [{"team": each["team"], "workflow": each["workflow"], "moved_usd": each["difference_usd"]} for each in moved],
        empty="No workflow moved.",
    )
    if found["began"]:
        typer.echo("")
    for mark in found["began"]:
        typer.echo(f"{mark['at'][:16]}  {plain(mark['sentence'])}")
