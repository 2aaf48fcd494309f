"""The web application as a process serves it: our settings hold from any folder, and the pages are behind the menu."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dashboards

HERE = Path(__file__).parent
MENU = Path(dashboards.__file__).parent / "pages" / "menu.py"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a server says that was started in a folder with other ideas."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(
        '[client]\nshowErrorDetails = "full"\n[browser]\ngatherUsageStats = true\n'
    )
    done = subprocess.run(
        [sys.executable, str(HERE / "served_elsewhere.py")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def test_our_settings_hold_from_any_folder(told: dict[str, Any]) -> None:
    assert told["options"] == {
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.disableDataExport": True,
        "server.fileWatcherType": "none",
        "server.enableStaticServing": False,
        "theme.light.primaryColor": "#0B63A5",
        "theme.dark.backgroundColor": "#0E1117",
    }


def test_pages_and_api_are_one_application(told: dict[str, Any]) -> None:
    assert (told["page"], told["health"], told["api"]) == (200, "ok", 401)


def test_the_pages_code_is_sent_compressed(told: dict[str, Any]) -> None:
    assert told["script"] == [200, "gzip"]


def test_no_page_can_be_run_around_the_menu() -> None:
    # Streamlit runs the files of a folder `pages` below its script by their URLs, without the menu that asks for a key.
    assert not (MENU.parent / "pages").exists()


def test_no_module_hides_another_while_a_page_runs() -> None:
    # Streamlit puts the script's folder first on sys.path.
    beside = {path.stem for path in MENU.parent.glob("*.py")}
    assert beside & (set(sys.stdlib_module_names) | {"alerts", "ingest", "outlay", "warehouse", "dashboards"}) == set()
