"""keys: who may send spans, and whose spend they are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ingest import Key, Keys
from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json, as_table
from outlay.home import Home
from outlay.settings_file import read

app = typer.Typer(help="Create, list and revoke the keys that senders and readers present.")
DEFAULT_SCOPES = ("ingest", "read")


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """Create, list and revoke the keys that senders and readers present."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def create(
    team: Annotated[str, typer.Option(help="The team whose spend the key's spans are.")],
    *,
    home: HomeOption = DEFAULT_HOME,
    scope: Annotated[
        list[str] | None, typer.Option(help="ingest, read or admin; give it again for more. [default: ingest and read]")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a key and print its secret: this once, since only a digest of it is kept."""
    key, secret = _keys(home).create(team, scopes=tuple(scope or DEFAULT_SCOPES), now=now())
    if json:
        as_json({**_row(key), "secret": secret})
        return
    typer.echo(secret)
    typer.echo(f"Key {key.key_id} for team {team}. It is shown only now. Exporters send it as", err=True)
    typer.echo('  OTEL_EXPORTER_OTLP_HEADERS="x-api-key=<the line above>"', err=True)
    if not read(home).keys.required:
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
    return {**asdict(key), "scopes": list(key.scopes)}
