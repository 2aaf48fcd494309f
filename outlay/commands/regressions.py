"""regressions: prompt versions and models that do worse than what came before them."""

from __future__ import annotations

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, SinceOption, TeamOption, UntilOption
from outlay.commands.show import as_json, plain
from outlay.counter import ask
from outlay.home import Home


def regressions(
    *,
    home: HomeOption = DEFAULT_HOME,
    team: TeamOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    json: JsonOption = False,
) -> None:
    """Prompt versions and models against the ones before: tokens, cost per resolution, pass rate, with intervals."""
    found = ask(Home(home), "regressions", {"team": team, "since": since, "until": until}, now())
    if json:
        as_json(found)
        return
    if not found["changes"]:
        typer.echo("No workflow changed its prompt version or its model in these days (the last 92 unless told).")
    for change in found["changes"]:
        name = " ".join(filter(None, (change["workflow"] or "no workflow", change["name"])))
        head = f"{name}: {change['before']} → {change['after']}, since {change['since'][:10]}"
        typer.echo(plain(f"{'REGRESSED  ' if change['regressed'] else ''}{head}"))
        for measure in change["measures"]:
            typer.echo(f"  {'!' if measure['regression'] else ' '} {plain(measure['sentence'])}")
        typer.echo("")
