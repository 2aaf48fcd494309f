"""What `outlay incidents`, `planned` and `silences` ask and say: states, words, undo, audit, entries that end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made_once import home_after
from replayed import opened_once

from outlay.books import Books, open_books
from outlay.home import Home
from outlay.questions.table import Unanswerable, answer_question

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
INCIDENT = "0123456789abcdef"
INSERT = """
INSERT INTO incidents BY NAME SELECT
    $id AS incident_id, 'spend_spike' AS kind, 'support' AS team, 'chat' AS workflow, $at AS opened_at,
    $at AS noticed_at, $at AS last_seen_at, NULL::TIMESTAMP AS resolved_at, 'open' AS state, 'page' AS severity,
    312 AS actual_usd, 76 AS expected_usd, 236 AS impact_usd, 'calls' AS driver, 'More calls.' AS cause,
    NULL::VARCHAR AS model, 'spend_spike:' || $id AS dedup_key
"""


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with open_books(Home(home_after(opened_once, tmp_path, NOW)), NOW) as opened:
        with opened.warehouse.transaction() as tx:
            tx.execute(INSERT, {"id": INCIDENT, "at": NOW.replace(tzinfo=None)})
        yield opened


def ask(books: Books, name: str, **params: Any) -> dict[str, Any]:
    return answer_question(books, name, params, NOW)


def listed(books: Books, *, every: bool = True) -> list[str]:
    return [row["state"] for row in ask(books, "incidents_list", all=every)["incidents"]]


@pytest.mark.parametrize(
    ("action", "more", "state"),
    [
        ("ack", {}, "acknowledged"),
        ("snooze", {"until": "2026-10-03T09:00"}, "snoozed"),
        ("expect", {"until": "2026-10-04", "reason": "a launch"}, "expected"),
        ("incident", {}, "open"),
        ("new-normal", {}, "resolved"),
        ("too-small", {}, "resolved"),
        ("false-alarm", {}, "resolved"),
    ],
)
def test_each_word_that_is_typed_gives_the_incident_its_state(
    books: Books, action: str, more: dict[str, str], state: str
) -> None:
    ask(books, "incidents_act", incident=INCIDENT, action=action, by="Dana", **more)
    assert listed(books) == [state]


def test_what_is_over_is_listed_only_when_all_are_asked_for(books: Books) -> None:
    ask(books, "incidents_act", incident=INCIDENT, action="false-alarm", by="Dana")
    assert (listed(books, every=False), listed(books)) == ([], ["resolved"])


def test_showing_one_tells_what_was_done_and_undone(books: Books) -> None:
    ask(books, "incidents_act", incident=INCIDENT, action="too-small", by="Dana", reason="cents")
    ask(books, "incidents_undo", incident=INCIDENT, by="Robin")
    found = ask(books, "incidents_show", incident=INCIDENT)
    assert (found["state"], [done["sentence"] for done in found["acts"]]) == (
        "open",
        [
            (
                "Called too small by Dana at 2026-10-03 03:00 UTC, as is all below $354.00: cents. "
                "Undone by Robin at 2026-10-03 03:00 UTC."
            )
        ],
    )


@pytest.mark.parametrize(
    ("name", "params", "sentence"),
    [
        ("incidents_show", {"incident": "x"}, "there is no incident 'x'"),
        ("incidents_act", {"incident": INCIDENT, "action": "shout", "by": "D"}, "shout is nothing one can do"),
        ("incidents_act", {"incident": INCIDENT, "action": "snooze", "by": "D"}, "say until when, at most 7 days"),
        ("incidents_act", {"incident": INCIDENT, "action": "ack", "by": " "}, "sign with your name"),
        ("incidents_undo", {"incident": INCIDENT, "by": "D"}, "nothing was done about the incident"),
        ("agenda_end", {"entry": "x", "by": "D"}, "there is no planned event or silence x"),
        ("agenda_add", {"kind": "silence", "until": "2026-10-04", "by": "D"}, "say why"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    books: Books, name: str, params: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Unanswerable, match=sentence):
        ask(books, name, **params)


def test_an_entry_is_listed_until_somebody_ends_it(books: Books) -> None:
    told = {"until": "2026-10-05", "reason": "a migration", "by": "Dana", "team": "support"}
    entries = [ask(books, "agenda_add", kind=kind, **told) for kind in ("planned", "silence")]
    ask(books, "agenda_end", entry=entries[0]["entry_id"], by="Robin")
    shown = [
        [each["owner"] for each in ask(books, "agenda_list", kind=kind)["entries"]] for kind in ("planned", "silence")
    ]
    assert shown == [[], ["Dana"]]


def test_the_audit_names_who_did_what_to_which(books: Books) -> None:
    ask(books, "incidents_act", incident=INCIDENT, action="ack", by="Dana", reason="mine")
    found = ask(books, "incidents_audit", about=INCIDENT)
    row = found["audit"][0]
    assert (row["done_by"], row["what"], row["reason"], found["broken_at"]) == ("Dana", "acknowledge", "mine", None)


def test_dearest_first_and_no_chance_before_anybody_answered(books: Books) -> None:
    with books.warehouse.transaction() as tx:
        tx.execute(INSERT, {"id": "fedcba9876543210", "at": NOW.replace(tzinfo=None)})
        tx.execute("UPDATE incidents SET impact_usd = 9000 WHERE incident_id = 'fedcba9876543210'")
    found = ask(books, "incidents_list", all=True)["incidents"]
    assert [(row["incident_id"], row["chance"]) for row in found] == [("fedcba9876543210", None), (INCIDENT, None)]
