"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_HOME = Path("home")

HomeOption = Annotated[
    Path, typer.Option("--home", envvar="OUTLAY_HOME", help="The folder this deployment owns.", show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
TeamOption = Annotated[str | None, typer.Option("--team", help="Only this team.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="From this day or instant on (2026-10-01, in the business time zone).")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Up to, but not including, this day or instant (2026-11-01).")
]
