"""The core: the one process that owns the warehouse. It loads, keeps the timetable, tells alerts and draws the pages.

`python -m outlay.serving.core` is started by `server`, which hands it the socket of the pages and tells it the rest as
JSON in OUTLAY_CORE.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import structlog
import uvicorn

from outlay.alerting.telling import Teller, links_of, teller
from outlay.books import Books
from outlay.clock import now
from outlay.home import Home
from outlay.keeping.recovery import StillDamaged, sound_books
from outlay.logs import to_stderr
from outlay.pages.web import application
from outlay.serving.alive import EVERY_S, Alive
from outlay.serving.crew import CANNOT_START
from outlay.serving.loops import KEEP_EVERY_S, LOAD_EVERY_S, Loader, Loop, ReadThrough, guard, keep_quietly
from outlay.serving.orphan import leave_with_parent
from outlay.settings.file import SettingsBroken
from outlay.timetable.jobs import timetable
from outlay.timetable.runs import JobRuns
from outlay.timetable.schedule import Timetable
from warehouse import HomeInUse, PriceRefused

log = structlog.get_logger("core")

# While the core was being started again, a command may have taken the home; it will be done in a moment.
WAIT_FOR_HOME_S = 60.0
LOOK_AGAIN_S = 0.5
GRACE_S = 3  # what open pages get to finish when the server stops


@dataclass(frozen=True, slots=True)
class Told:
    """What the server tells its core."""

    home: str
    web_descriptor: int
    otlp_url: str
    web_url: str
    token: str


def main() -> None:
    """Run until SIGTERM; exits with CANNOT_START and a sentence when starting again would not help."""
    to_stderr()
    leave_with_parent()
    for ending in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again when it has stopped; by default that would end us before the books are closed.
        signal.signal(ending, lambda _signal, _frame: sys.exit(0))
    told = Told(**orjson.loads(os.environ["OUTLAY_CORE"]))
    try:
        with _books(Home(Path(told.home))) as books:
            run(books, told)
    except (HomeInUse, SettingsBroken, PriceRefused, StillDamaged) as error:
        sys.stderr.write(f"outlay: {error}\n")
        sys.exit(CANNOT_START)


class Web(uvicorn.Server):
    """Answers first; what else the core does begins then."""

    def __init__(self, config: uvicorn.Config, begin: Callable[[], None]) -> None:
        super().__init__(config)
        self._begin = begin

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, and then begin."""
        await super().startup(sockets)
        if self.started:
            self._begin()


def run(books: Books, told: Told) -> None:
    """Serve until uvicorn is told to stop, then end every loop before the books are closed.

    Raises SettingsBroken for a channel that may not be called, before anything has begun.
    """
    telling = teller(books, told.web_url)
    config = uvicorn.Config(
        application(books, otlp_url=told.otlp_url, token=told.token, links=links_of(books, told.web_url)),
        log_level="warning",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
    with ExitStack() as running:
        web = Web(config, lambda: _begin(books, telling, running))
        web.run(sockets=[socket.socket(fileno=told.web_descriptor)])


def _begin(books: Books, telling: Teller, running: ExitStack) -> None:
    telling.begin()
    running.enter_context(Loop("guard", lambda: guard(books)))
    running.enter_context(Loop("load", Loader(books).turn, every_s=LOAD_EVERY_S))
    running.enter_context(Loop("tell", telling.turn))
    if alive_url := books.settings.alerts.alive_url.get_secret_value():
        running.enter_context(Loop("alive", Alive(books, alive_url).turn, every_s=EVERY_S))
    running.enter_context(Loop("keep", lambda: keep_quietly(books), every_s=KEEP_EVERY_S))
    running.enter_context(ReadThrough(books))
    table = Timetable(timetable(books, links=telling.links), JobRuns(books.warehouse, books.job_meters), now)
    table.start()
    running.callback(table.stop)


@contextmanager
def _books(home: Home) -> Iterator[Books]:
    deadline = time.monotonic() + WAIT_FOR_HOME_S
    with ExitStack() as opened:
        while True:
            try:
                books = opened.enter_context(sound_books(home))
                break
            except HomeInUse:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(LOOK_AGAIN_S)
        yield books


if __name__ == "__main__":
    main()
