"""alerts: does every channel reach its people, what was not delivered, what would a rule have told."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json, as_table, plain
from outlay.counter import ask
from outlay.home import Home
from warehouse import usd

app = typer.Typer(help="Try the channels, see what was not delivered, and what the rules would have told.")


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """Try the channels, see what was not delivered, and what the rules would have told."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("test")
def try_channels(
    channel: Annotated[str | None, typer.Argument(help="Only this channel.")] = None,
    *,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Send a message that says it is a test; exits 1 when a channel did not take it."""
    results = ask(Home(home), "alerts_test", {"channel": channel}, now())["results"]
    if json:
        as_json(results)
    elif not results:
        typer.echo("No channel is set up; [channels] of outlay.toml are where they stand.")
    else:
        for each in results:
            typer.echo(f"{'✓' if each['sent'] else '✗'} {each['channel']}{_why(each['error'])}")
    if not all(each["sent"] for each in results):
        raise typer.Exit(1)


@app.command("channels")
def channels(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """Every channel, and what became of its messages; secrets are never shown."""
    rows = ask(Home(home), "alerts_channels", {}, now())["channels"]
    if json:
        as_json(rows)
        return
    shown = [{name.replace("_", " "): "" if value is None else value for name, value in row.items()} for row in rows]
    as_table(shown, empty="No channel is set up; [channels] of outlay.toml are where they stand.")


@app.command("undelivered")
def undelivered(
    *,
    home: HomeOption = DEFAULT_HOME,
    again: Annotated[bool, typer.Option("--again", help="Try all of them again.")] = False,
    json: JsonOption = False,
) -> None:
    """Messages that were given up on after a day of tries, each with the reason."""
    found = ask(Home(home), "alerts_undelivered", {"again": again}, now())
    if json:
        as_json(found)
        return
    columns = ("written_at", "channel", "subject", "last_error")
    as_table([{name: row[name] for name in columns} for row in found["undelivered"]], empty="Everything was delivered.")
    if found["again"]:
        typer.echo(f"{found['again']} of them are tried again.")


@app.command("rules")
def rules(
    *,
    home: HomeOption = DEFAULT_HOME,
    tried: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SETTING=VALUE", help="Try another value: conditions.drift_percent=40."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """What each rule of [conditions] would have told in the last 30 days; with --set, what another value would."""
    if tried:
        _try(ask(Home(home), "alerts_try", {"set": tried}, now())["tried"], json=json)
        return
    found = ask(Home(home), "alerts_rules", {}, now())["rules"]
    if json:
        as_json(found)
        return
    for rule in found:
        typer.echo(f"{rule['kind']}: {rule['title']}\n    {_would(rule)}")
        _examples(rule)


def _try(found: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        as_json(found)
        return
    for each in found:
        before, then = each["now"], each["then"]
        typer.echo(each["toml"])
        if then:
            typer.echo(f"    {_would(then)}: {plain(then['title'])}")
            _examples(then)
        else:
            typer.echo("    it would not be watched")
        typer.echo(f"    as it is set now, {_would(before) if before else 'it is not watched'}")
    typer.echo("To keep it, write these lines into outlay.toml and start the server again.")


def _examples(rule: dict[str, Any]) -> None:
    for example in rule["examples"]:
        typer.echo(f"    • {plain(example)}")


def _would(rule: dict[str, Any]) -> str:
    fired = rule["fired"]
    if fired is None:
        return "what it watches is written nowhere, so the past cannot be asked"
    times = {0: "not once", 1: "once"}.get(fired, f"{fired} times")
    impact = Decimal(rule["impact_usd"])
    return f"in the last {rule['days']} days it would have fired {times}{f', {usd(impact)}' if impact else ''}"


def _why(error: str | None) -> str:
    return f": {error}" if error else ""
