"""backup, rebuild: a copy for the day on which it is needed, and the ledger made anew from what was received."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.progress import Tell, progress
from outlay.commands.show import as_json
from outlay.counter import ask
from outlay.home import Home, Serving
from outlay.keeping.backup import back_up
from outlay.keeping.rebuild import Rebuilt, last_rebuilt, rebuild
from outlay.keeping.recovery import progress_of
from outlay.questions.table import Unanswerable

ASKED_FOR = "asked for with `outlay rebuild`"
LOOK_EVERY_S = 0.2
MIB = 2**20


def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet, on another disk.")],
    *,
    home: HomeOption = DEFAULT_HOME,
    json: JsonOption = False,
) -> None:
    """Copy the home into a new folder, also while it serves; the copy is itself a home, to be served or put back."""

    def copy_warehouse() -> Path:
        return Path(ask(Home(home), "copy_warehouse", {}, now())["file"])

    with progress() as tell:
        done = back_up(Home(home), folder, copy_warehouse, tell)
    if json:
        as_json(asdict(done))
        return
    typer.echo(
        f"{done.folder} has {done.files:,} files, {done.bytes / MIB:,.1f} MiB. It is a home: to restore it, stop"
    )
    typer.echo(f"the server and put it in the place of the old one, or `outlay serve --home {folder}`.")


def rebuild_command(*, home: HomeOption = DEFAULT_HOME, json: JsonOption = False) -> None:
    """Make the ledger anew from the journal; the old file is moved aside, what only it knows is kept."""
    place = Home(home)
    serving = place.serving()
    with progress() as tell:
        done = _by_the_server(place, serving, tell) if serving else _here(place, tell)
    if json:
        as_json(asdict(done))
    else:
        typer.echo(
            f"{done.spans:,} spans of {done.calls:,} billed calls, from {done.journal_days:,} days of the journal and "
            f"{done.archived_days:,} archived ones."
        )
        if done.aside:
            advice = "keep it: something was lost" if done.lost else "delete it when `outlay verify` has passed"
            typer.echo(f"The old file is {done.aside}; {advice}.")
        for sentence in done.lost:
            typer.echo(f"✗ {sentence}")
    if done.lost:
        raise typer.Exit(1)


def _here(home: Home, tell: Tell) -> Rebuilt:
    if not home.folder.is_dir():
        raise Unanswerable(f"{home.folder} is no home of Outlay; name one with --home")
    return rebuild(home, because=ASKED_FOR, now=now(), progress=tell)


def _by_the_server(home: Home, serving: Serving, tell: Tell) -> Rebuilt:
    """Have the server's core make it anew; spans are accepted meanwhile."""
    before = last_rebuilt(home)
    home.note_damage(ASKED_FOR)
    while home.damage_note.exists():
        if home.serving() is None:
            raise Unanswerable(f"the server (process {serving.pid}) is gone; start it again, and it goes on rebuilding")
        if found := progress_of(home):
            tell(*found)
        time.sleep(LOOK_EVERY_S)
    done = last_rebuilt(home)
    if done is None or done == before:
        raise Unanswerable("the warehouse was made anew by somebody else; `outlay verify` counts it again")
    return done
