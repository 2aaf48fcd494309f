"""owners: which rules say whose spend it is, and what they make of a span."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ingest import Key, Keys, NoSuchKey
from ingest.loader import Sent, try_owners
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json, as_table
from outlay.home import Home
from outlay.reading.owners import owners_of
from outlay.settings.file import read
from outlay.settings.owners import OwnerRule

app = typer.Typer(help="Show the rules of owners in outlay.toml, and try them on a span.")

Told = Annotated[list[str] | None, typer.Option(help="KEY=VALUE; give it again for more.")]


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """Show the rules of owners in outlay.toml, and try them on a span."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("list")
def list_(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """The rules in the order in which they are asked."""
    rules = read(home).owners
    if json:
        as_json([rule.model_dump(exclude_defaults=True) for rule in rules])
        return
    rows = [
        {"rule": number, "sets": _pairs(rule.set), "when": _conditions(rule)} for number, rule in enumerate(rules, 1)
    ]
    as_table(rows, empty=f"No rules yet; a section [[owners]] in {home}/outlay.toml is one.")


@app.command("test")
def try_(
    *,
    attribute: Told = None,
    resource: Told = None,
    scope: Annotated[str, typer.Option(help="The name of the instrumentation's scope.")] = "",
    key: Annotated[str | None, typer.Option(help="The eight letters of the key it is sent with.")] = None,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """What the owner of a span with these attributes would be, and which rule or attribute says so."""
    sent = Sent(_told(attribute), _told(resource), scope, _key(home, key) if key else None)
    said = [asdict(answer) for answer in try_owners(sent, owners_of(read(home)))]
    if json:
        as_json(said)
    else:
        as_table(said, empty="")


def _told(options: list[str] | None) -> dict[str, str]:
    told = {}
    for option in options or ():
        name, separator, value = option.partition("=")
        if not (name and separator):
            raise typer.BadParameter(f"{option!r} is no attribute; write KEY=VALUE, such as service.namespace=shop")
        told[name] = value
    return told


def _key(home: Path, key_id: str) -> Key:
    for key in Keys(Home(home).keys).list():
        if key.key_id == key_id:
            return key
    raise NoSuchKey(f"there is no key {key_id}; `outlay keys list` shows them")


def _conditions(rule: OwnerRule) -> str:
    plain = {name: getattr(rule, name) for name in ("service", "scope", "model", "key")}
    named = {name: patterns for name, patterns in plain.items() if patterns}
    named |= rule.attribute | {f"resource {name}": patterns for name, patterns in rule.resource.items()}
    return ", ".join(f"{name} is {' or '.join(patterns)}" for name, patterns in named.items()) or "always"


def _pairs(told: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in told.items())
