"""demo: a believable company's history, then its server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from outlay.clock import now
from outlay.commands.serving import PortOption, become_server
from outlay.demo import DAYS, SEED
from outlay.showcase import Made, made, make
from outlay.showcase import Progress as Tell
from warehouse import rounded, usd_exact

DEMO_HOME = Path("demo-home")
QUARTER = 0.25


def demo(
    *,
    home: Annotated[
        Path, typer.Option("--home", help="The demo's folder; anything else in it is refused.")
    ] = DEMO_HOME,
    days: Annotated[int, typer.Option(min=1, max=400, help="How far back the history goes.")] = DAYS,
    seed: Annotated[int, typer.Option(help="Another seed is another history.")] = SEED,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make the home, and do not serve it.")] = False,
    otlp_port: PortOption = None,
    grpc_port: PortOption = None,
    web_port: PortOption = None,
) -> None:
    """Make a believable company's history, send it through the real OTLP path, and show it."""
    found = made(home)
    if found is None:
        with _progress() as tell:
            found = make(home, now=now(), days=days, seed=seed, progress=tell)
    _introduce(found)
    if no_serve:
        typer.echo(f"`outlay serve --home {home}` shows it.")
        return
    typer.echo("Ctrl-C stops the server; `outlay demo` shows the same company again.\n")
    become_server(home, {"OTLP_PORT": otlp_port, "GRPC_PORT": grpc_port, "WEB_PORT": web_port})


def _introduce(found: Made) -> None:
    typer.echo(
        f"\n{found.days} days, {found.spans:,} spans, {usd_exact(rounded(Decimal(found.spent_usd)))} spent. Look at\n"
    )
    for story in found.stories:
        typer.echo(f"  • {story}")
    typer.echo("")


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on a terminal, a line per quarter elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        tasks = {}

        def tell(what: str, done: float) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=1.0)
            bar.update(tasks[what], completed=done)

        yield tell


def _lines(console: Console) -> Tell:
    told: dict[str, float] = {}

    def tell(what: str, done: float) -> None:
        if done >= told.get(what, 0.0):
            console.print(f"{what}: {done:.0%}", highlight=False)
            told[what] = done + QUARTER

    return tell
