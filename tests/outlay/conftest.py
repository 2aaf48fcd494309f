"""A shell with a home of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from typing_commands import Shell


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path / "home", capsys, monkeypatch)
