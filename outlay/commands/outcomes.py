"""outcomes: what became of tasks, from a file; and those that wait for their task."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ingest import Journal
from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption, TeamOption
from outlay.commands.show import as_json, as_table, plain
from outlay.counter import ask
from outlay.home import Home
from outlay.reading.outcome_files import take
from outlay.settings.file import read

app = typer.Typer(help="Tell what became of tasks, and see which outcomes wait for theirs.")

FAULTS_SHOWN = 20
TOLD_EVERY = 10_000


@app.callback(invoke_without_command=True)
def nothing_typed(context: typer.Context) -> None:
    """Tell what became of tasks, and see which outcomes wait for theirs."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A CSV; its columns are an outcome's fields, status and task_id at least.")
    ],
    *,
    home: HomeOption = DEFAULT_HOME,
    team: Annotated[str | None, typer.Option(help="Tell them as a key of this team would: of its tasks only.")] = None,
    json: JsonOption = False,
) -> None:
    """Take outcomes from a file, each id once; doing it twice changes nothing. Faulty lines are named and left out."""
    settings = read(home)
    journal = Journal(Home(home).journal)

    def progress(rows: int) -> None:
        if not json and rows % TOLD_EVERY == 0:
            typer.echo(f"{rows:,} lines read", err=True)

    try:
        limits = settings.limits.of_the_socket()
        taken = take(file, journal, team=team, limits=limits, now=now(), told=progress)
    finally:
        journal.close()
    loaded = ask(Home(home), "load", {}, now())
    if json:
        as_json({**asdict(taken), "loaded": loaded})
        return
    for fault in taken.faults[:FAULTS_SHOWN]:
        typer.echo(f"{fault.culprit}: {plain(fault.sentence)}", err=True)
    if taken.rejected > FAULTS_SHOWN:
        typer.echo(f"and {taken.rejected - FAULTS_SHOWN:,} more", err=True)
    typer.echo(
        f"{taken.accepted:,} outcomes went in; {loaded['outcomes']:,} are new, {taken.rejected:,} lines were faulty."
    )


@app.command()
def waiting(*, home: HomeOption = DEFAULT_HOME, team: TeamOption = None, json: JsonOption = False) -> None:
    """Outcomes that no task has yet, each with the reason; they join by themselves when the spans come."""
    found = ask(Home(home), "outcomes_waiting", {"team": team}, now())
    if json:
        as_json(found)
    else:
        shown = ("outcome_id", "task_id", "trace_id", "kind", "status", "decided_at", "because")
        rows = [{name: row[name] for name in shown} for row in found["waiting"]]
        as_table(rows, empty="No outcome waits; each has its task.")
