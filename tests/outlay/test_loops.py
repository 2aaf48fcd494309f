"""Loops of the core: they go on after a failure, and ask to be started anew when they only fail."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typing_commands import CHAT

from ingest import Limits
from outlay.books import Books, open_books
from outlay.home import Home
from outlay.reading.replay import captures, replay
from outlay.serving import loops
from outlay.serving.loops import GIVE_UP_AFTER, Loader, Loop
from warehouse import Warehouse

PATIENCE_S = 60.0
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def asked_to_stop() -> Iterator[threading.Event]:
    asked = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    yield asked
    signal.signal(signal.SIGTERM, before)


def test_a_loop_goes_on_after_a_failure() -> None:
    turns: list[int] = []
    twice = threading.Event()

    def turn() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise OSError("the disk hiccuped")
        twice.set()

    with Loop("test", turn, every_s=0.01):
        assert twice.wait(PATIENCE_S)


def test_a_loop_that_only_fails_asks_to_be_started_anew(asked_to_stop: threading.Event) -> None:
    turns: list[int] = []

    def turn() -> None:
        turns.append(1)
        raise OSError("the disk is full")

    with Loop("test", turn, every_s=0.001):
        deadline = time.monotonic() + PATIENCE_S
        while not asked_to_stop.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert (asked_to_stop.is_set(), len(turns)) == (True, GIVE_UP_AFTER)


def test_what_arrives_between_two_turns_is_loaded(tmp_path: Path) -> None:
    with open_books(Home(tmp_path), NOW) as books:
        loader = Loader(books, rest_s=0)
        for case in (CHAT, CHAT.parent / "embeddings"):
            loader.turn()
            replay(books.journal, captures([case]), team=None, limits=Limits(), now=NOW)
        loader.turn()
        assert waiting(books) == 0


def test_after_a_few_spans_the_loader_rests(tmp_path: Path) -> None:
    with open_books(Home(tmp_path), NOW) as books:
        loader = Loader(books, rest_s=3600)
        for case in (CHAT, CHAT.parent / "embeddings"):
            replay(books.journal, captures([case]), team=None, limits=Limits(), now=NOW)
            loader.turn()
        assert waiting(books) > 0


def waiting(books: Books) -> int:
    marks = dict(books.warehouse.query("SELECT journal_day, loaded_seq FROM journal_marks").iter_rows())
    return books.journal.lag(marks, NOW).entries


def test_a_journal_that_did_not_change_is_not_read(tmp_path: Path) -> None:
    with open_books(Home(tmp_path), NOW) as books:
        loader = Loader(books)
        replay(books.journal, captures([CHAT]), team=None, limits=Limits(), now=NOW)
        loader.turn()
        loader.turn()  # finds that nothing is left
        with books.warehouse.transaction() as tx:
            tx.execute("DELETE FROM journal_marks")
        loader.turn()
        assert books.warehouse.query("SELECT count(*) AS n FROM journal_marks").item() == 0


def test_after_many_spans_the_ledger_is_opened_anew_once_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[bool] = []
    monkeypatch.setattr(loops, "RENEW_AFTER_SPANS", 1)
    with open_books(Home(tmp_path), NOW) as books:
        monkeypatch.setattr(
            books.warehouse, "renew", lambda: renewed.append(Warehouse.renew(books.warehouse)) or renewed[-1]
        )
        loader = Loader(books, rest_s=0)
        for case in (CHAT, CHAT.parent / "embeddings", CHAT.parent / "embeddings"):
            replay(books.journal, captures([case]), team=None, limits=Limits(), now=NOW)
            if renewed:
                loader.turn()
            else:
                with books.warehouse.snapshot():
                    loader.turn()
        told = loader.since_renewed, waiting(books)
    assert (renewed, told) == ([False, True], (0, 0))


def test_the_block_s_end_ends_the_loop() -> None:
    turns: list[int] = []
    with Loop("test", lambda: turns.append(1), every_s=0.01):
        time.sleep(0.05)
    after = len(turns)
    time.sleep(0.05)
    assert len(turns) == after
