"""`outlay alerts`: a test send says who was reached, what was not delivered is sent after all, no secret is shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
from made_once import home_after
from replayed import opened_once
from typing_commands import Shell

from outlay.books import Books, open_books
from outlay.home import Home
from outlay.questions.doctor import examine
from outlay.serving.alive import Alive, unwell
from outlay.settings.file import FILE

NOW = datetime(2026, 10, 3, 3, 0, tzinfo=UTC)


class Hook:
    """Takes whatever is sent or asked; refuses with `status` when it is no 200."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[tuple[str, bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"] or 0))))
                self.send_response(hook.status)
                self.end_headers()

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/s3cret"


@pytest.fixture
def hook() -> Iterator[Hook]:
    listening = Hook()
    thread = threading.Thread(target=listening.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listening
    listening.server.shutdown()
    thread.join()
    listening.server.server_close()


def configure(home: Path, hook: Hook) -> None:
    (home / FILE).write_text(
        f'[alerts]\nterminal = false\nallow_hosts = ["127.0.0.1"]\nalive_url = "{hook.url}"\n'
        f'[channels.hook]\nkind = "webhook"\nurl = "{hook.url}"\nsecret = "s3cret"\n',
        encoding="utf-8",
    )


@pytest.fixture
def books(tmp_path: Path, hook: Hook) -> Iterator[Books]:
    home_after(opened_once, tmp_path, NOW)
    configure(tmp_path, hook)
    with open_books(Home(tmp_path), NOW) as opened:
        yield opened


def test_a_test_send_says_who_was_reached_and_ends_what_it_began(new: Shell, hook: Hook) -> None:
    configure(new.home, hook)
    shown = new.type("alerts", "test")
    events = [orjson.loads(body)["event"] for _, body in hook.asked]
    assert (shown.code, shown.out, events) == (0, "✓ hook\n", ["trigger", "resolve"])


def test_a_channel_that_refuses_is_named_with_its_reason_and_without_its_secret(new: Shell, hook: Hook) -> None:
    configure(new.home, hook)
    hook.status = 403
    shown = new.type("alerts", "test", "hook")
    assert (shown.code, shown.out) == (1, "✗ hook: 127.0.0.1 answered 403\n")


def test_a_channel_that_is_not_there_is_told_with_those_that_are(new: Shell, hook: Hook) -> None:
    configure(new.home, hook)
    shown = new.type("alerts", "test", "pager")
    assert (shown.code, shown.err) == (1, "outlay: there is no channel 'pager'; there are: hook\n")


def test_no_command_shows_a_secret(new: Shell, hook: Hook) -> None:
    configure(new.home, hook)
    shown = [
        new.type("alerts", word, *json)
        for word in ("test", "channels", "undelivered", "rules")
        for json in ((), ("--json",))
    ]
    assert [each for each in shown if "s3cret" in each.out + each.err or each.code] == []


def test_what_was_given_up_is_a_doubt_and_can_be_sent_after_all(new: Shell, hook: Hook) -> None:
    configure(new.home, hook)
    with open_books(Home(new.home), NOW) as books:
        with books.warehouse.transaction() as tx:
            tx.execute("""
                INSERT INTO outbox (message_id, channel, dedup_key, event, subject, body, written_at, attempts,
                                    next_try_at, last_error)
                VALUES ('m', 'hook', 'k:1', 'trigger', 'subject', '{}', '2026-10-03', 30, '9999-12-31',
                        'given up after 30 tries: 127.0.0.1 answered 500')
            """)
        doubts = [each.sentence for each in examine(books, NOW) if each.name == "told"]
    first, second = (new.type("alerts", "undelivered", "--again", "--json").json for _ in range(2))
    assert (doubts, [row["subject"] for row in first["undelivered"]], first["again"], second["again"]) == (
        ["1 messages were given up on (hook): given up after 30 tries: 127.0.0.1 answered 500"],
        ["subject"],
        1,
        0,
    )


def test_rules_say_what_they_would_have_told(new: Shell, hook: Hook) -> None:
    configure(new.home, hook)
    shown = new.type("alerts", "rules")
    assert (
        shown.code,
        shown.out.count("in the last 30 days it would have fired not once"),
        shown.out.count("nowhere"),
    ) == (
        0,
        7,
        2,
    )


def test_another_value_is_tried_and_the_lines_that_set_it_are_told(new: Shell, hook: Hook) -> None:
    configure(new.home, hook)
    shown = new.type("alerts", "rules", "--set", "conditions.drift_percent=40", "--set", "spikes.page_usd=50")
    told = ("[conditions]\ndrift_percent = 40\n", "[spikes]\npage_usd = 50\n", "start the server again")
    assert (shown.code, [each for each in told if each not in shown.out]) == (0, [])


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("conditions.drift_percnt=3", "there is no such setting (did you mean drift_percent?)"),
        ("conditions.drift_percent=-3", "conditions.drift_percent = -3: input should be greater than or equal to 0"),
        ("server.web_port=3", "server.web_port cannot be tried; what can: spikes.impact_usd"),
    ],
)
def test_a_value_that_cannot_be_tried_is_refused_with_a_sentence(
    new: Shell, hook: Hook, asked: str, sentence: str
) -> None:
    configure(new.home, hook)
    shown = new.type("alerts", "rules", "--set", asked)
    assert (shown.code, sentence in shown.err) == (1, True)


def test_an_outside_service_is_asked_while_all_is_well(books: Books, hook: Hook) -> None:
    Alive(books, hook.url, lambda: NOW).turn()
    assert [path for path, _ in hook.asked] == ["/s3cret"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (
            "INSERT INTO job_runs VALUES ('spikes', '2026-10-02T20', '2026-10-03 02:59:00', NULL, 'OSError: disk')",
            "the job spikes fails: OSError: disk",
        ),
        (
            """
            INSERT INTO outbox (message_id, channel, dedup_key, event, subject, body, written_at, attempts, next_try_at)
            VALUES ('m', 'hook', 'k:1', 'trigger', 's', '{}', '2026-10-03 02:00', 3, '2026-10-03 04:00')
            """,
            "1 messages are not taken",
        ),
    ],
    ids=["a job fails", "messages do not leave"],
)
def test_nobody_is_told_that_all_is_well_when_it_is_not(books: Books, hook: Hook, broken: str, reason: str) -> None:
    with books.warehouse.transaction() as tx:
        tx.execute(broken)
    Alive(books, hook.url, lambda: NOW).turn()
    assert (unwell(books, NOW + timedelta(0)), hook.asked) == ([reason], [])
