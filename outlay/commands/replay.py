"""replay: captured requests through the door again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ingest import Journal
from outlay.clock import now
from outlay.commands.options import DEFAULT_HOME, HomeOption, JsonOption
from outlay.commands.show import as_json
from outlay.counter import ask
from outlay.home import Home
from outlay.reading.replay import captures
from outlay.reading.replay import replay as replay_captures
from outlay.settings.file import read


def replay(
    paths: Annotated[list[Path], typer.Argument(help="Folders of captured requests, or folders of such folders.")],
    *,
    home: HomeOption = DEFAULT_HOME,
    team: Annotated[str | None, typer.Option(help="Own the spans as a key of this team would.")] = None,
    json: JsonOption = False,
) -> None:
    """Put captured requests through the journal and the loader; doing it twice changes nothing."""
    settings = read(home)
    journal = Journal(Home(home).journal)
    try:
        done = replay_captures(journal, captures(paths), team=team, limits=settings.limits.of_the_socket(), now=now())
    finally:
        journal.close()
    loaded = ask(Home(home), "load", {}, now())
    for file, sentence in done.refused.items():
        typer.echo(f"{file} was refused: {sentence}", err=True)
    for signal, count in done.skipped.items():
        typer.echo(f"{count} requests with {signal} were passed over; OTLP and Langfuse's scores are read.", err=True)
    if json:
        as_json({**asdict(done), "loaded": loaded})
    else:
        typer.echo(
            f"{_counted(done.requests, 'request')} with {_counted(done.spans, 'record')} went in: "
            f"{_counted(loaded['spans'], 'new span')}, {loaded['duplicates']:,} there already, {done.faults:,} faulty."
        )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
