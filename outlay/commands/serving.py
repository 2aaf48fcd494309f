"""serve: become the server of a home."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from outlay.commands.options import DEFAULT_HOME, HomeOption
from outlay.serving.server import PYTHON

PortOption = Annotated[
    int | None, typer.Option(min=0, max=65_535, help="Another port than the settings'; 0 takes a free one.")
]


def serve(
    *,
    home: HomeOption = DEFAULT_HOME,
    host: Annotated[str | None, typer.Option(help="Another address than the settings'.")] = None,
    otlp_port: PortOption = None,
    grpc_port: PortOption = None,
    web_port: PortOption = None,
) -> None:
    """Accept spans and show what they mean, until Ctrl-C."""
    become_server(home, {"HOST": host, "OTLP_PORT": otlp_port, "GRPC_PORT": grpc_port, "WEB_PORT": web_port})


def become_server(home: Path, overrides: dict[str, str | int | None]) -> None:
    """Replace this process by the server's, which needs none of the libraries loaded here; never returns.

    Options travel as the environment variables that override the settings, so there is one way to override.
    """
    told = {f"OUTLAY_SERVER__{name}": str(value) for name, value in overrides.items() if value is not None}
    sys.stdout.flush()
    os.execve(sys.executable, [*PYTHON, "outlay.serving.server", str(home)], {**os.environ, **told})  # noqa: S606 - ours, no shell
