"""keys: who may send spans, and whose spend they are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest import EVERY, Key, Keys, spelled
from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json, as_table
from outlay.home import Home
from outlay.settings.file import read

app = typer.Typer(help="Create, list and revoke the keys that senders and readers present.")
DEFAULT_SCOPES = ("ingest", "read")
# What a gateway can do for many teams, whoever holds its key should not also be able to look at.
GATEWAY_SCOPES = ("ingest",)


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """Create, list and revoke the keys that senders and readers present."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def create(
    team: Annotated[
        str | None, typer.Option(help="The team whose spend the key's spans are; a gateway's key may do without.")
    ] = None,
    *,
    gateway: Annotated[
        bool, typer.Option("--gateway", help="A key for a gateway, which sends for several teams.")
    ] = False,
    teams: Annotated[
        list[str] | None, typer.Option(help="The teams a gateway may speak for: A,B,C, or '*' for every team.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="ingest, read, admin. [default: ingest,read; a gateway's: ingest]"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a key and print its secret: this once, since only a digest of it is kept."""
    settings, keys = read(home), Keys(Home(home).keys)
    known = [*settings.teams, *(each.team for each in keys.list() if each.team)]
    others = [spelled(name, known) for name in _listed(teams)]
    if gateway and not others:
        raise typer.BadParameter("a gateway speaks for teams: name them with --teams A,B,C, or --teams '*' for all")
    if team is None and not others:
        raise typer.BadParameter("whose spend is it? name the key's --team, or the --teams a gateway speaks for")
    scopes = _listed(scope) or (GATEWAY_SCOPES if others else DEFAULT_SCOPES)
    own = spelled(team, known) if team is not None else None
    try:
        key, secret = keys.create(own, scopes=scopes, speaks_for=others, now=now())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if json:
        as_json({**_row(key), "secret": secret})
        return
    typer.echo(secret)
    typer.echo(f"Key {key.key_id} {_purpose(key)}. It is shown only now. Exporters send it as", err=True)
    typer.echo('  OTEL_EXPORTER_OTLP_HEADERS="x-api-key=<the line above>"', err=True)
    if not settings.keys.required:
        typer.echo(f"Keys are not asked for yet: set keys.required = true in {home}/outlay.toml.", err=True)


@app.command("list")
def list_(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """Every key ever made; never its secret."""
    rows = [_row(key) for key in _keys(home).list()]
    if json:
        as_json(rows)
    else:
        as_table(rows, empty="No keys yet; `outlay keys create --team T` makes one.")


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The eight letters that `outlay keys list` shows.")],
    *,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make a key worthless from now on; what it sent stays."""
    _keys(home).revoke(key_id, now())
    typer.echo(f"Key {key_id} is revoked.")


def _keys(home: Path) -> Keys:
    read(home)
    return Keys(Home(home).keys)


def _row(key: Key) -> dict[str, Any]:
    return {**asdict(key), "scopes": list(key.scopes), "speaks_for": list(key.speaks_for)}


def _listed(told: list[str] | None) -> tuple[str, ...]:
    """What was told as `--teams A,B --teams C`, one by one."""
    return tuple(name.strip() for part in told or () for name in part.split(",") if name.strip())


def _purpose(key: Key) -> str:
    others = "every team" if EVERY in key.speaks_for else ", ".join(key.speaks_for)
    own = f"for team {key.team}" if key.team else "of no team"
    return f"{own}, which may speak for {others}" if others else own
