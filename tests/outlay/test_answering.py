"""Links in messages: opening one changes nothing, its button acts once, and nothing but our own links does anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_once import home_after
from replayed import opened_once
from starlette.testclient import TestClient

from alerts import LinkRefused, Links, dispatch, latest_acts, remind, usual_routes
from outlay.alerting.answering import Answering, link_key
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.pages.web import application

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)
AT = NOW.replace(tzinfo=None)
INCIDENT = "0123456789abcdef"
INSERT = """
INSERT INTO incidents BY NAME SELECT
    $id AS incident_id, 'spend_spike' AS kind, '<b>support</b>' AS team, 'chat' AS workflow, $at AS opened_at,
    $at AS noticed_at, $at AS last_seen_at, NULL::TIMESTAMP AS resolved_at, 'open' AS state, 'page' AS severity,
    312 AS actual_usd, 76 AS expected_usd, 236 AS impact_usd, 'calls' AS driver, 'More calls.' AS cause,
    NULL::VARCHAR AS model, 'spend_spike:' || $id AS dedup_key
"""
SENT = """
INSERT INTO outbox (message_id, incident_id, channel, dedup_key, event, subject, body, written_at, attempts,
                    next_try_at, sent_at)
VALUES ('m', $id, 'chat', 'spend_spike:' || $id, 'trigger', 's', '{}', $at, 1, $at, $at)
"""


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with open_books(Home(home_after(opened_once, tmp_path, NOW)), NOW) as opened:
        with opened.warehouse.transaction() as tx:
            tx.execute(INSERT, {"id": INCIDENT, "at": AT})
            tx.execute(SENT, {"id": INCIDENT, "at": AT})
        yield opened


def links(books: Books) -> Links:
    return Links("http://127.0.0.1:8501", link_key(books.home))


def path(books: Books, action: str, written_at: datetime = AT) -> str:
    url = next(each.url for each in links(books).answers(INCIDENT, written_at) if each.name == action)
    return url.removeprefix("http://127.0.0.1:8501")


def browser(books: Books, now: datetime = NOW, monkeypatch: pytest.MonkeyPatch | None = None) -> TestClient:
    if monkeypatch:
        monkeypatch.setattr("outlay.pages.web.now", lambda: now)
    app = application(books, otlp_url="http://127.0.0.1:4318", token="t", links=links(books))
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.fixture
def opened(books: Books, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    return browser(books, NOW, monkeypatch)


def acts(books: Books) -> list[tuple[object, ...]]:
    return list(
        books.warehouse.query("SELECT action, done_by, until_at, reason FROM link_uses ORDER BY rowid").iter_rows()
    )


def test_opening_a_link_shows_the_incident_s_numbers_and_changes_nothing(books: Books, opened: TestClient) -> None:
    pages = [opened.request(method, path(books, "acknowledge")) for method in ("GET", "HEAD", "GET")]
    shown = pages[0].text
    assert (
        [page.status_code for page in pages],
        "Spent $312.00 where $76.00 is usual: $236.00 too much." in shown,
        "<b>support" in shown,
        acts(books),
    ) == ([200, 200, 200], True, False, [])


def test_the_button_acts_once_and_whoever_was_told_is_told(books: Books, opened: TestClient) -> None:
    pressed = [opened.post(path(books, "acknowledge"), data={"name": "Dana"}) for _ in range(2)]
    dispatch(books.warehouse, usual_routes(("chat",), books.settings.zone), NOW)
    told = books.warehouse.query("SELECT event, subject FROM outbox WHERE channel = 'chat' ORDER BY rowid").rows()[1:]
    assert ([page.status_code for page in pressed], acts(books), told) == (
        [200, 409],
        [("acknowledge", "Dana", None, None)],
        [("acknowledge", "[acknowledged] <b>support</b> / chat: Acknowledged by Dana at 2026-10-03 03:00 UTC")],
    )


def test_what_is_expected_needs_a_reason_and_an_end_and_is_over_for_whoever_was_woken(
    books: Books, opened: TestClient
) -> None:
    forms = [{"name": "Dana"}, {"name": "Dana", "hours": "24"}, {"name": "Dana", "reason": "load test"}]
    refused = [opened.post(path(books, "expected"), data=form).status_code for form in forms]
    done = opened.post(path(books, "expected"), data={"name": "Dana", "hours": "24", "reason": "load test"})
    dispatch(books.warehouse, usual_routes(("chat",), books.settings.zone), NOW)
    last = books.warehouse.query("SELECT event FROM outbox WHERE channel = 'chat' ORDER BY rowid").rows()[-1]
    assert (refused, done.status_code, acts(books), last) == (
        [409, 409, 409],
        200,
        [("expected", "Dana", AT + timedelta(days=1), "load test")],
        ("resolve",),
    )


def test_after_a_snooze_an_incident_that_goes_on_is_told_again_once(books: Books, opened: TestClient) -> None:
    opened.post(path(books, "snooze"), data={"name": "Dana", "hours": "4"})
    reminders = [remind(books.warehouse, NOW + timedelta(hours=hours)) for hours in (3, 4, 5)]
    assert reminders == [0, 1, 0]


@pytest.mark.parametrize("name", ["", " ", "\r\n"])
def test_nobody_acts_without_a_name(books: Books, opened: TestClient, name: str) -> None:
    answer = opened.post(path(books, "acknowledge"), data={"name": name})
    assert (answer.status_code, "Sign with your name" in answer.text, acts(books)) == (409, True, [])


def test_a_link_expires(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    later = browser(books, NOW + timedelta(days=7), monkeypatch)
    answers = [later.get(path(books, "acknowledge")), later.post(path(books, "acknowledge"), data={"name": "Dana"})]
    assert ([answer.status_code for answer in answers], "expired" in answers[0].text, acts(books)) == (
        [410, 409],
        True,
        [],
    )


def test_no_other_link_does_anything(books: Books, opened: TestClient) -> None:
    good = path(books, "acknowledge").removeprefix("/answer/")
    told, _, signed = good.partition(".")
    other = Links("", b"x" * 32).answers(INCIDENT, AT)[0].url.removeprefix("/answer/")
    forged = [
        other,
        f"{told}.",
        told,
        f".{signed}",
        f"{told}A.{signed}",
        good[:-1],
        "x" * 5000,
        "%00",
        "ü.ü",
        f"{good}=",
    ]
    answers = [opened.post(f"/answer/{token}", data={"name": "Dana"}).status_code for token in forged]
    assert (set(answers), acts(books)) == ({409}, [])


def test_a_form_without_end_is_not_read(books: Books, opened: TestClient) -> None:
    answer = opened.post(path(books, "acknowledge"), content=b"name=" + b"D" * 100_000)
    assert (answer.status_code, acts(books)) == (409, [])


def test_the_page_runs_nothing_and_is_framed_nowhere(books: Books, opened: TestClient) -> None:
    page = opened.get(path(books, "snooze"))
    assert (
        "default-src 'none'" in page.headers["content-security-policy"],
        page.headers["x-frame-options"],
        page.headers["cache-control"],
        re.findall(r"<script|src=|https?://", page.text),
    ) == (True, "DENY", "no-store", [])


def test_the_key_of_the_links_is_its_owner_s_and_stays(books: Books) -> None:
    assert (link_key(books.home) == link_key(books.home), books.home.link_key.stat().st_mode & 0o777) == (True, 0o600)


def test_acts_say_who_and_when(books: Books) -> None:
    Answering(books, links(books)).act(
        path(books, "snooze").removeprefix("/answer/"), by="Dana", until=NOW + timedelta(hours=4), reason="", now=NOW
    )
    assert latest_acts(books.warehouse, [INCIDENT])[INCIDENT].sentence() == (
        "Snoozed by Dana at 2026-10-03 03:00 UTC until 2026-10-03 07:00 UTC."
    )


def test_a_link_cut_off_is_refused_with_a_sentence(books: Books) -> None:
    with pytest.raises(LinkRefused, match="perhaps a part of it was cut off"):
        links(books).read("abc", NOW)
