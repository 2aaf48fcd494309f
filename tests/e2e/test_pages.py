"""Every page in a real browser: nothing fails, nothing leaves the machine, and the totals are the ledger's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page
from screens import opened
from serving import PATIENCE_S, Demo

from outlay.clock import now
from outlay.demo import Total
from warehouse import Month, usd

SETTLE_MS = 1_000  # charts move into place
PICTURES = Path(__file__).parents[2] / "pictures"
# The paths are in links that were sent out, so they are told here once more.
SPEND = ["", "teams", "workflows", "why", "waste", "traces", "versions", "guardrails", "models"]
PATHS = [*SPEND, "incidents", "agenda", "rules", "audit", "budgets", "accuracy", "quality", "emitters"]

pytestmark = pytest.mark.browser


def look_at(screen: Page, demo: Demo, path: str) -> str:
    """The words on a page once it is drawn."""
    screen.goto(f"{demo.server.web_url}/{path}")
    # Its script does not run before it begins, either; the headline says that it has begun.
    screen.wait_for_selector('[data-testid="stMain"] h1')
    screen.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    screen.wait_for_function("document.querySelectorAll('[data-testid=stSkeleton]').length === 0")
    return screen.inner_text('[data-testid="stMain"]')


@dataclass(frozen=True)
class Visit:
    """What a page showed, when, and whom it asked."""

    at: datetime
    words: str
    exceptions: int
    figures: tuple[str, ...]
    asked: frozenset[str]


@pytest.fixture(scope="module")
def visits(browser: Browser, demo: Demo) -> dict[str, Visit]:
    """Every page, looked at once, one after the other as a reader would."""
    with opened(browser) as screen:
        return {path: visit(screen, demo, path) for path in PATHS}


def this_month(demo: Demo, seen: Visit) -> Total:
    """What the books say of the month in which a page was looked at."""
    zone = demo.history.company.zone
    return demo.history.ledger.total(*Month.of(seen.at, zone).bounds(zone))


def visit(screen: Page, demo: Demo, path: str) -> Visit:
    asked: list[str] = []
    began = now()
    screen.on("request", note := lambda request: asked.append(request.url))
    words = look_at(screen, demo, path)
    screen.remove_listener("request", note)
    exceptions = screen.locator('[data-testid="stException"]').count()
    figures = screen.locator('[data-testid="stMetricValue"]').all_inner_texts()
    return Visit(began, words, exceptions, tuple(figures), frozenset(asked))


@pytest.mark.parametrize("path", PATHS)
def test_a_page_shows_no_exception(visits: dict[str, Visit], path: str) -> None:
    seen = visits[path]
    assert (seen.exceptions, "encountered an error" in seen.words) == (0, False)


@pytest.mark.parametrize("path", PATHS)
def test_no_figure_of_a_page_shows_money_as_nothing(visits: dict[str, Visit], path: str) -> None:
    assert "$0.00" not in visits[path].figures


def test_no_page_asks_anyone_but_this_server(visits: dict[str, Visit], demo: Demo) -> None:
    asked = {url for seen in visits.values() for url in seen.asked}
    outside = [url for url in asked if not url.startswith((demo.server.web_url, "data:", "blob:"))]
    assert (outside, len(asked) > len(PATHS)) == ([], True)


def test_the_overview_shows_exactly_what_the_ledger_says(visits: dict[str, Visit], demo: Demo) -> None:
    spent = this_month(demo, visits[""])
    shown = re.search(r"Exactly \$([\d,.]+) from ([\d,]+) calls", visits[""].words)
    # In the first minutes of a month there may be nothing to show.
    told = (Decimal(shown[1].replace(",", "")), int(shown[2].replace(",", ""))) if shown else (Decimal(0), 0)
    assert told == (spent.cost_usd, spent.calls)


def test_the_teams_page_shows_the_total_of_the_ledger(visits: dict[str, Visit], demo: Demo) -> None:
    assert usd(this_month(demo, visits["teams"]).cost_usd) in visits["teams"].words


def incidents(demo: Demo) -> list[dict[str, Any]]:
    asked = httpx2.get(f"{demo.server.web_url}/api/v1/incidents", trust_env=False, timeout=PATIENCE_S)
    found: list[dict[str, Any]] = asked.raise_for_status().json()["incidents"]
    return found


def test_an_incident_of_each_kind_opens_and_shows_the_numbers_of_the_api(screen: Page, demo: Demo) -> None:
    wrong = []
    for incident in {each["kind"]: each for each in reversed(incidents(demo))}.values():
        words = look_at(screen, demo, f"incidents?id={incident['incident_id']}")
        of_hours = incident["kind"] in {"spend_spike", "spend_drop"}
        charts = screen.locator('[data-testid="stPlotlyChart"]').count()
        money = of_hours or incident["kind"] == "budget"
        # What goes on is counted on, perhaps while one looked.
        later = next(each for each in incidents(demo) if each["incident_id"] == incident["incident_id"])
        spent = {usd(Decimal(each["actual_usd"])) for each in (incident, later)} if money else {""}
        if "encountered an error" in words or not any(each in words for each in spent) or charts != of_hours:
            wrong.append(incident)
    assert wrong == []


def test_the_pictures_of_the_readme_can_be_taken(screen: Page, demo: Demo, tmp_path: Path, update_golden: bool) -> None:
    folder = PICTURES if update_golden else tmp_path
    folder.mkdir(exist_ok=True)
    for name, path, height in (("overview", "", 1250), ("statement", "teams", 2050)):
        screen.set_viewport_size({"width": 1400, "height": height})
        look_at(screen, demo, path)
        screen.wait_for_timeout(SETTLE_MS)
        screen.screenshot(path=folder / f"{name}.png", full_page=True)
    # A page that failed to draw is a few kilobytes of one colour.
    assert min((folder / f"{name}.png").stat().st_size for name in ("overview", "statement")) > 20_000
