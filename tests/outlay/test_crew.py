"""The crew: what dies is started again, what cannot start is told, and stopping leaves nobody behind."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outlay.serving.crew import CANNOT_START, Crew, Part

PATIENCE_S = 60.0


def part(script: str) -> Part:
    return Part("child", [sys.executable, "-c", script], os.environ, [])


def until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


@pytest.fixture
def crew() -> Iterator[Callable[[str], Crew]]:
    started: list[Crew] = []

    def start(script: str) -> Crew:
        new = Crew([part(script)])
        started.append(new)
        new.start()
        return new

    yield start
    for each in started:
        each.stop()


def test_a_child_that_dies_is_started_again(crew: Callable[[str], Crew], tmp_path: Path) -> None:
    mark = tmp_path / "lived"
    watched = crew(f"open({str(mark)!r}, 'a').write('x')")

    def lived_twice() -> bool:
        watched.look()
        return mark.exists() and len(mark.read_text()) >= 2

    assert until(lived_twice)


def test_a_child_that_keeps_dying_is_started_ever_more_slowly(crew: Callable[[str], Crew]) -> None:
    watched = crew("raise SystemExit(1)")
    pauses: set[float] = set()

    def paused_three_times() -> bool:
        watched.look()
        pauses.add(watched.members[0].pause_s)
        return len(pauses) > 3

    assert until(paused_three_times)


def test_a_child_that_can_never_start_is_named_and_not_started_again(crew: Callable[[str], Crew]) -> None:
    watched = crew(f"raise SystemExit({CANNOT_START})")
    assert until(lambda: watched.look() == "child")


def test_stopping_ends_a_child_that_is_asked(crew: Callable[[str], Crew]) -> None:
    watched = crew("import time; time.sleep(600)")
    process = watched.members[0].process
    watched.stop()
    assert process is not None
    assert process.poll() is not None


def test_stopping_kills_a_child_that_does_not_listen(
    crew: Callable[[str], Crew], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("outlay.serving.crew.STOP_WITHIN_S", 0.3)
    deaf = tmp_path / "deaf"
    ignores = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(deaf)!r}, 'w')"
    watched = crew(f"import signal, time; {ignores}; time.sleep(600)")
    process = watched.members[0].process
    assert until(deaf.exists)
    watched.stop()
    assert process is not None
    assert process.poll() == -9
