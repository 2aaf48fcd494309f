"""Loops of the core: they go on after a failure, and ask to be started anew when they only fail."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from outlay.loops import GIVE_UP_AFTER, Loop

PATIENCE_S = 10.0


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


def test_the_block_s_end_ends_the_loop() -> None:
    turns: list[int] = []
    with Loop("test", lambda: turns.append(1), every_s=0.01):
        time.sleep(0.05)
    after = len(turns)
    time.sleep(0.05)
    assert len(turns) == after
