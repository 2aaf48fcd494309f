"""The README cannot lie: its console blocks are typed into an empty folder, and their output is compared."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from readme_tables import with_tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
COMPARED = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
WITHIN_S = 400


def typed(block: str) -> Iterator[tuple[str, str]]:
    """(command, output shown below it) for every `$ ` of a block; a line ending in a backslash goes on."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = re.sub(r"\\\n\s*", "", part).partition("\n")
        yield command, shown


def run(command: str, folder: Path) -> str:
    # `make demo` serves until Ctrl-C and `make test` is what runs this: of those only the recipe is looked up.
    line, where = (f"{command} --dry-run", ROOT) if command.startswith("make ") else (command, folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],  # noqa: S607 - bash of the PATH, as a person has it
        cwd=where,
        env={**os.environ, "PATH": path, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_tables_are_today_s() -> None:
    assert with_tables(README) == README  # `make readme` brings them up to date


def test_the_console_blocks_do_what_the_readme_shows(tmp_path: Path) -> None:
    lies = []
    for block in CONSOLE.findall(README):
        for command, shown in typed(block):
            told = run(command, tmp_path)
            if shown and not doctest.OutputChecker().check_output(shown, told, COMPARED):
                lies.append(f"$ {command}\nthe README shows:\n{shown}it says:\n{told}")
    assert lies == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_what_the_readme_links_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    "path",
    sorted(
        set(re.findall(r"`((?:outlay|ingest|warehouse|alerts|dashboards|tests|sample_traces)/[^`*{}A-Z ]*)`", README))
    ),
)
def test_what_the_readme_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()
