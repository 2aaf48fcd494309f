"""Every number of a message is the one that its incident's page and URL say, and its budget's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from made_once import home_after
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times
from starlette.testclient import TestClient
from test_groups import DEAREST

from alerts import incident_sentences, watch
from outlay.alerting.budgets import BUDGET_QUESTIONS
from outlay.alerting.telling import links_of
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.pages.web import application
from warehouse import usd

SPIKE_AT = 4 * 168 + 38
AT = MONDAY + SPIKE_AT * HOUR
NOW = (AT + 2 * HOUR).replace(tzinfo=UTC) + timedelta(minutes=15)
PAGES = "http://127.0.0.1:8501"
RUNBOOK = "https://wiki.example.com/spend"
SETTINGS = f"""
[teams.support]
monthly_budget_usd = 20000
runbook_url = "{RUNBOOK}"
"""


def risen(folder: Path) -> None:
    """A home two hours into a spike."""
    (folder / "outlay.toml").write_text(SETTINGS, encoding="utf-8")
    with open_books(Home(folder), NOW) as opened:
        shapes = (
            Service("support", "triage", times(noisy(flat(20), 0.1, seed=1), 6, SPIKE_AT, SPIKE_AT + 5)),
            Service("support", "triage", times(noisy(flat(5), 0.1, seed=5), 2, SPIKE_AT, SPIKE_AT + 5), model="gpt-5"),
        )
        fill(opened.warehouse, hours_of(shapes, SPIKE_AT + 2))
        watch(
            opened.warehouse,
            since_hour=MONDAY.replace(tzinfo=UTC),
            until_hour=(AT + 2 * HOUR).replace(tzinfo=UTC),
            channels=["terminal"],
            now=NOW,
            links=PAGES,
            runbooks={name: team.runbook_url for name, team in opened.settings.teams.items()},
        )


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with open_books(Home(home_after(risen, tmp_path)), NOW) as opened:
        yield opened


def message(books: Books) -> dict[str, Any]:
    found = books.warehouse.query("SELECT body FROM outbox WHERE event = 'trigger' AND last_error IS NULL")
    told: dict[str, Any] = orjson.loads(found["body"].item())
    return told


def story(books: Books, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr("outlay.pages.web.now", lambda: NOW)
    app = application(books, otlp_url="http://127.0.0.1:4318", token="t", links=links_of(books, PAGES))
    client = TestClient(app, base_url="http://127.0.0.1")
    told: dict[str, Any] = client.get(f"/api/v1/incidents/{message(books)['incident_id']}").json()
    return told


def amounts(value: object) -> Iterator[str]:
    """Every amount of money and every count in a JSON value, as a message writes it."""
    if isinstance(value, dict):
        for each in value.values():
            yield from amounts(each)
    elif isinstance(value, list):
        for each in value:
            yield from amounts(each)
    elif isinstance(value, int):
        yield f"{value:,}"
    elif isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        yield usd(Decimal(value))


def test_every_amount_and_count_of_a_message_is_on_its_page(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    told, page = message(books), story(books, monkeypatch)
    lines = [line for line in told["lines"] if not line.startswith(("Open:", "Runbook:", "Rule:"))]
    # The cause is the page's own sentence; instants and lengths of time are no amounts.
    text = " ".join([*lines, told["subject"]]).replace(page["cause"], "")
    text = re.sub(r"\d{4}-\d\d(-\d\d \d\d:\d\d UTC)?|\d+ h\b|×", "", text)
    budget = next(iter(BUDGET_QUESTIONS["budgets_status"](books, {}, NOW)["budgets"]))
    calls = {f"{sum(row['calls'] for row in hours(books)):,}"}
    known = {*amounts(page), *amounts(budget), *calls, f"{int(budget['used_share'] * 100)}"}
    said = set(re.findall(r"\$[\d.,]*\d|(?<![\d.$])\d[\d,]*(?![\d.])", text))
    assert (len(said) > 6, said - known) == (True, set())


def hours(books: Books) -> list[dict[str, Any]]:
    sql = "SELECT calls FROM hours WHERE hour_at >= $at AND workflow = 'triage'"
    return books.warehouse.query(sql, {"at": AT}).to_dicts()


def test_a_message_says_the_budget_what_is_not_the_cause_and_what_to_do(books: Books) -> None:
    lines = message(books)["lines"]
    assert [line.partition(":")[0] for line in lines[2:]] == [
        "Budget of 2026-02",
        "Why",
        "Data",
        "Not the cause",
        "Rule",
        "Owner",
        "Open",
        "Runbook",
    ]


def test_the_page_has_the_exact_split_and_it_adds_up(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    page = story(books, monkeypatch)
    parts = sum((Decimal(row["part_usd"]) for row in page["drivers"]), Decimal(0))
    assert (len(page["drivers"]), parts) == (3, Decimal(page["impact_usd"]))


def test_leaves_add_up_to_the_incident_to_the_last_decimal(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    page = story(books, monkeypatch)
    leaves = pl.DataFrame(page["leaves"])
    spent = sum((Decimal(usd_) for usd_ in leaves["actual_usd"]), Decimal(0))
    assert spent == Decimal(page["actual_usd"])


@pytest.mark.parametrize(
    ("kind", "spent", "usual", "said"),
    [
        ("spend_spike", 312, 76, "support: Spent $312.00 where $76.00 is usual: $236.00 too much."),
        ("spend_drop", 1, 76, "support: Spent $1.00 where $76.00 is usual: $75.00 less than expected."),
        ("budget", 90, 80, "support: Spent $90.00 of a budget of $80.00: $10.00 too much."),
        ("regression", 0, 0, "support"),
    ],
)
def test_what_an_incident_costs_is_said_as_its_kind_means_it(kind: str, spent: int, usual: int, said: str) -> None:
    of_kind = replace(DEAREST, kind=kind, workflow=None, actual_usd=Decimal(spent), expected_usd=Decimal(usual))
    assert incident_sentences(replace(of_kind, impact_usd=Decimal(spent - usual)))[0] == said
