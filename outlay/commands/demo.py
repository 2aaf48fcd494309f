"""demo: a believable company's history, then its server."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from outlay.clock import now
from outlay.commands.progress import progress
from outlay.commands.serving import PortOption, become_server
from outlay.demo import DAYS, SEED
from outlay.showcase import Made, made, make
from warehouse import rounded, usd_exact

DEMO_HOME = Path("demo-home")


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
        with progress() as tell:
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
