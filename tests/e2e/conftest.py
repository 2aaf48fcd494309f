"""The demo company, served as a user would, and a browser to look at it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime

import pytest
from chromium import CHROMIUM
from playwright.sync_api import Browser, Page, sync_playwright
from screens import opened
from serving import Demo, Running, outlay, serving

from outlay.clock import now
from outlay.demo import History
from warehouse import Month


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    home = folder / "home"
    while True:
        made = outlay("demo", "--no-serve", "--home", str(home))
        assert made.returncode == 0, made.stderr
        record = json.loads((home / "demo.json").read_text(encoding="utf-8"))
        history = History(datetime.fromisoformat(record["now"]), record["days"], record["seed"])
        if len({Month.of(at, history.company.zone) for at in (history.now, now())}) == 1:
            break
        shutil.rmtree(home)  # a month ended while it was sent: what was told of closed months stands in two
    for _ in history:  # its books are complete when its steps have been drawn
        pass
    with serving(home, folder / "serve.log") as server:
        yield Demo(server, history)


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose home was empty; every test that sends to it does so as a team of its own."""
    folder = tmp_path_factory.mktemp("fresh")
    with serving(folder / "home", folder / "serve.log") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed where its visits end: an event loop runs in this thread as long as it is open."""
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that a container seldom has; it visits nothing but our server.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def screen(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page
