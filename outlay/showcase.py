"""Make the demo company's home: its history goes through a real socket, journal, loader, close and detector.

Nothing here knows what the numbers should be; the generator's ledger does, and a test compares.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import httpx2

from outlay.alerting.watching import look_back
from outlay.books import Books, open_books
from outlay.clock import now as clock
from outlay.demo import CloseMonth, History, Sent, Story, play, settings_toml
from outlay.home import Home
from outlay.reading.loading import catch_up
from outlay.serving.crew import Crew
from outlay.serving.server import ingest_parts
from outlay.serving.sockets import bind, url
from outlay.settings.file import FILE
from warehouse import Month, close_month, usd

RECORD = "demo.json"
LOG = "demo.log"  # what the ingest process says while the history is sent
CLOSED_BY = "demo"
READY_WITHIN_S = 30.0
LOAD_EVERY_S = 0.25

Progress = Callable[[str, float], None]  # what is being done, and how much of it is done (0 to 1)


class NotADemoHome(RuntimeError):
    """The folder holds somebody's own data."""


class DemoFailed(RuntimeError):
    """The demo company could not be made."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a demo home was made of; kept in it, so that a second `outlay demo` only serves."""

    now: str
    days: int
    seed: int
    spans: int
    spent_usd: str
    stories: tuple[str, ...]


def made(folder: Path) -> Made | None:
    """What the finished demo home in this folder was made of, or None where there is none.

    Raises NotADemoHome for a folder with anything else in it.
    """
    record = folder / RECORD
    if record.exists():
        told = json.loads(record.read_text(encoding="utf-8"))
        return Made(**told | {"stories": tuple(told["stories"])}) if told else None
    if folder.exists() and any(folder.iterdir()):
        raise NotADemoHome(f"{folder} is not a demo home and not empty; name another folder with --home")
    return None


def make(folder: Path, *, now: datetime, days: int, seed: int, progress: Progress) -> Made:
    """Build the demo home from nothing; what an interrupted attempt left is thrown away first."""
    Home(folder).refuse_if_taken()
    _clear(folder)
    # Null until the end: an attempt that was interrupted is recognised as one.
    (folder / RECORD).write_text("null", encoding="utf-8")
    (folder / FILE).write_text(settings_toml(now), encoding="utf-8")
    home = Home(folder)
    history = History(now, days, seed)
    with open_books(home, now) as books, _ingesting(books) as otlp_url:
        with _loading(books):
            sent = play(
                history,
                f"{otlp_url}/v1/traces",
                close=lambda step: _close(books, step),
                refresh=lambda _step: _settle(books),
                progress=lambda done, _sent: progress("Sending the company's traffic", done),
            )
        look_back(books, since=history.since, until=now, progress=lambda done: progress("Looking for spikes", done))
        books.warehouse.checkpoint()
    done = _made(history, sent)
    (folder / RECORD).write_text(json.dumps(asdict(done), indent=1), encoding="utf-8")
    return done


def _clear(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def sentence(story: Story) -> str:
    """A story as a line to read: where to look and what there is to see."""
    cost = f" ({'+' if story.usd > 0 else ''}{usd(story.usd)})" if story.usd else ""
    return f"{story.title}{cost}: {story.see}"


def _made(history: History, sent: Sent) -> Made:
    return Made(
        now=history.now.isoformat(),
        days=(history.now - history.since).days,
        seed=history.seed,
        spans=sent.spans,
        spent_usd=str(history.ledger.total().cost_usd),
        stories=tuple(sentence(story) for story in history.stories()),
    )


@contextmanager
def _ingesting(books: Books) -> Iterator[str]:
    """One ingest process on a free port; gives its address."""
    with bind("127.0.0.1", 0, setting="--otlp-port") as listening:
        log = books.home.folder / LOG
        crew = Crew([replace(ingest_parts(books.home, books.settings, listening)[0], log=log)])
        crew.start()
        try:
            _wait_until_ready(url(listening), crew, log)
            yield url(listening)
        finally:
            crew.stop()


def _wait_until_ready(address: str, crew: Crew, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    with httpx2.Client(trust_env=False, timeout=READY_WITHIN_S) as client:
        while client.get(f"{address}/readyz").status_code != 200:
            if time.monotonic() > deadline or crew.look():
                raise DemoFailed(f"the ingest process at {address} did not become ready; {log} has its reason")
            time.sleep(0.1)


@contextmanager
def _loading(books: Books) -> Iterator[None]:
    """Move what arrives into the ledger while the rest is still being sent."""
    over = threading.Event()

    def load() -> None:
        while not over.wait(LOAD_EVERY_S):
            catch_up(books, clock())

    thread = threading.Thread(target=load, name="load")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _settle(books: Books) -> None:
    catch_up(books, clock())


def _close(books: Books, step: CloseMonth) -> None:
    close_month(books.warehouse, Month.parse(step.month), zone=books.settings.zone, by=CLOSED_BY, now=step.at)
