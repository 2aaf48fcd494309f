"""A shell with a home of its own: none yet, a new one, or one with a call."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_once import home_after
from replayed import opened_once, replayed
from typing_commands import CHAT, Shell

from outlay.clock import now

BEGAN = now()


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def new(shell: Shell) -> Shell:
    """A home to which nothing was sent yet."""
    home_after(opened_once, shell.home, BEGAN)
    return shell


@pytest.fixture
def chat(shell: Shell) -> Shell:
    """A home with one call of gpt-4o-mini, which is of nobody."""
    home_after(replayed, shell.home, BEGAN, CHAT, None)
    return shell


@pytest.fixture
def every(shell: Shell) -> Shell:
    """A home with every kind of call of that emitter, all of the team support."""
    home_after(replayed, shell.home, BEGAN, CHAT.parent, "support")
    return shell


@pytest.fixture
def supported(shell: Shell) -> Shell:
    """A home with one call of gpt-4o-mini, of the team support."""
    home_after(replayed, shell.home, BEGAN, CHAT, "support")
    return shell
