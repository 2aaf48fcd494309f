"""The wheel is complete: built and installed into an empty environment, it shows the demo company."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
WITHIN_S = 400


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that has the locked dependencies and the wheel, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = str(BIN / "uv")
    run(
        uv,
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "--out-dir",
        str(folder),
        str(ROOT),
    )
    (wheel,) = folder.glob("*.whl")
    run(uv, "venv", "--quiet", "--python", sys.executable, str(folder / "env"))
    here = {"VIRTUAL_ENV": str(folder / "env")}
    locked = ("--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "requirements.lock"))
    run(uv, "pip", "install", "--quiet", *locked, **here)
    run(uv, "pip", "install", "--quiet", "--no-deps", str(wheel), **here)
    return folder / "env" / "bin"


def test_the_installed_wheel_makes_the_demo_company_and_answers_for_it(installed: Path, tmp_path: Path) -> None:
    command, home = str(installed / "outlay"), str(tmp_path / "demo")
    assert "Look at" in run(command, "demo", "--no-serve", "--days", "7", "--home", home)
    assert "TOTAL" in run(command, "usage", "--home", home)
