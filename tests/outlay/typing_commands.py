"""Type a command in this process, and see what a person would."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from outlay.cli import main

SAMPLES = Path(__file__).parents[2] / "sample_traces"
CHAT = SAMPLES / "otel-genai-openai" / "chat"
# A process makes its commands once, as it runs one; here many run in one process.
made = cache(typer.main.get_command)


@dataclass(frozen=True)
class Shown:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Commands that all concern one home."""

    home: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def type(self, *words: str, home: bool = True) -> Shown:
        """Run `outlay WORDS --home …`."""
        told = [*words, *(["--home", str(self.home)] if home else [])]
        self.patch.setattr(sys, "argv", ["outlay", *told])
        self.patch.setattr(typer.main, "get_command", made)
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        shown = self.capture.readouterr()
        return Shown(int(ended.value.code or 0), shown.out, shown.err)
