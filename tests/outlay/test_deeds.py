"""What pages change through the server: done once, told, kept; refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from made_once import home_after
from replayed import opened_once

from dashboards import AnswerRefused
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.pages.alerts import AlertPages
from outlay.pages.budgets import BudgetPages
from outlay.pages.deeds import Deeds

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
INCIDENT = """
INSERT INTO incidents BY NAME SELECT
    'spike-1' AS incident_id, 'spend_spike' AS kind, 'support' AS team, 'chat' AS workflow,
    TIMESTAMP '2026-11-21 02:00:00' AS opened_at, TIMESTAMP '2026-11-21 03:20:00' AS noticed_at,
    TIMESTAMP '2026-11-21 07:00:00' AS last_seen_at, 'open' AS state, 'page' AS severity, 312 AS actual_usd,
    76 AS expected_usd, 236 AS impact_usd, 'calls' AS driver, 'Calls ×4.' AS cause, 'spend_spike:spike-1' AS dedup_key
"""


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with open_books(Home(home_after(opened_once, tmp_path, NOW)), NOW) as opened:
        with opened.warehouse.transaction() as tx:
            tx.execute(INCIDENT)
        yield opened


def test_an_incident_is_acknowledged_and_that_is_taken_back(books: Books) -> None:
    deeds = Deeds(books, "http://127.0.0.1:8501")
    done = deeds.act("spike-1", "acknowledge", by="Dana", now=NOW)
    undone = deeds.undo("spike-1", by="Kim", now=NOW + timedelta(minutes=5))
    assert (done.startswith("Acknowledged by Dana"), "Kim" in undone) == (True, True)


def test_a_word_of_feedback_ends_a_spike(books: Books) -> None:
    Deeds(books, "").act("spike-1", "false_alarm", by="Dana", now=NOW)
    assert books.warehouse.query("SELECT state FROM incidents")["state"].to_list() == ["resolved"]


def test_what_people_said_is_counted_beside_its_rule(books: Books) -> None:
    Deeds(books, "").act("spike-1", "false_alarm", by="Dana", now=NOW)
    spikes = next(line for line in AlertPages(books).rules(now=NOW) if line.kind == "spend_spike")
    assert spikes.judged == (1, 0)


def test_every_word_says_what_it_does(books: Books) -> None:
    words = Deeds(books, "").words
    assert (set(words), all(does.endswith(".") for _, does in words.values())) == (
        {"incident", "new_normal", "too_small", "false_alarm"},
        True,
    )


@pytest.mark.parametrize(
    ("action", "by", "sentence"),
    [
        ("acknowledge", " ", "Sign with your name"),
        ("snooze", "Dana", "Say until when"),
        ("delete", "Dana", "Delete is nothing one can do"),
    ],
)
def test_what_cannot_be_done_says_why(books: Books, action: str, by: str, sentence: str) -> None:
    with pytest.raises(AnswerRefused, match=sentence):
        Deeds(books, "").act("spike-1", action, by=by, now=NOW)


def test_what_is_said_ahead_stands_in_the_agenda_until_it_is_ended(books: Books) -> None:
    deeds = Deeds(books, "")
    whole = {"team": "support", "workflow": None, "starts_at": NOW, "ends_at": NOW + timedelta(hours=4)}
    signed = {"owner": "Sam", "reason": "load test", "by": "Dana", "now": NOW}
    deeds.plan(**whole, **signed, most_usd_an_hour=Decimal(50))
    deeds.silence(**whole, **signed, about=None)
    (entry,) = books.warehouse.query("SELECT entry_id FROM agenda WHERE kind = 'silence'")["entry_id"]
    deeds.end(entry, by="Kim", now=NOW + timedelta(hours=1))
    left = books.warehouse.query("SELECT kind, ended_by FROM agenda ORDER BY kind").rows()
    assert left == [("planned", None), ("silence", "Kim")]


def test_a_silence_without_an_owner_is_refused(books: Books) -> None:
    with pytest.raises(AnswerRefused, match="Name its owner"):
        Deeds(books, "").silence(
            team=None,
            workflow=None,
            about=None,
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
            owner="",
            reason="why",
            by="Dana",
            now=NOW,
        )


def test_a_budget_that_is_set_on_its_page_is_in_force_at_once_audited_and_taken_away(books: Books) -> None:
    deeds, pages = Deeds(books, ""), BudgetPages(books)
    before = pages(teams=None, now=NOW)
    said = deeds.budget("team:support", team=None, period="monthly", amount_usd=Decimal(2500), by="Dana", now=NOW)
    (line,) = pages(teams=("support",), now=NOW)
    deeds.budget("team:support", team=None, period="monthly", amount_usd=Decimal(0), by="Kim", now=NOW)
    audit = books.warehouse.query("SELECT done_by, team FROM audit WHERE about = 'budget' ORDER BY audit_no").rows()
    assert (before, said, line.budget_usd, line.set_by, pages(teams=None, now=NOW), audit) == (
        [],
        "The monthly budget of support is $2,500 from now on.",
        Decimal(2500),
        "Dana",
        [],
        [("Dana", "support"), ("Kim", "support")],
    )


@pytest.mark.parametrize(
    ("scope", "amount", "by", "sentence"),
    [
        ("team:", "1", "Dana", "Write a scope as company, or as KIND:NAME"),
        ("team:support", "1", " ", "Sign with your name"),
        ("team:support", "1.005", "Dana", "is no amount in dollars and cents"),
    ],
)
def test_a_budget_that_is_none_is_refused(books: Books, scope: str, amount: str, by: str, sentence: str) -> None:
    with pytest.raises(AnswerRefused, match=sentence):
        Deeds(books, "").budget(scope, team=None, period="monthly", amount_usd=Decimal(amount), by=by, now=NOW)
