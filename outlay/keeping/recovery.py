"""Open a home; where its warehouse is damaged, lost or behind, make it anew first, loudly and without being asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import orjson
import structlog

from outlay.books import Books, open_books
from outlay.clock import now
from outlay.home import Home
from outlay.keeping.rebuild import LOG, Progress, rebuild
from warehouse import WarehouseDamaged

log = structlog.get_logger("core")

PROGRESS = "progress.json"
TELL_EVERY_S = 0.5
LONG_LOG_BYTES = 128 * 2**20  # longer than the loader lets it become; replaying it takes most of a second


@contextmanager
def sound_books(home: Home) -> Iterator[Books]:
    """The books of a home, their warehouse made anew when it must be; raises what `open_books` and `rebuild` do."""
    with ExitStack() as opened:
        try:
            books = opened.enter_context(open_books(home, now()))
        except WarehouseDamaged as damaged:
            log.warning(
                "warehouse to be made anew", reason=damaged.sentence, what="it is moved aside, nothing is deleted"
            )
            rebuild(home, because=damaged.sentence, now=now(), progress=_telling(home))
            books = opened.enter_context(open_books(home, now()))
        _shorten_log(books)
        yield books


def _shorten_log(books: Books) -> None:
    """Who is killed again and again never comes to move the log into the file; each start would replay more of it."""
    log_file = books.home.warehouse.with_name(books.home.warehouse.name + LOG)
    if log_file.exists() and log_file.stat().st_size > LONG_LOG_BYTES:
        try:
            books.warehouse.checkpoint()
        except Exception as error:  # noqa: BLE001 - on a full disk people still get their pages
            log.warning("log not moved into the file", reason=f"{type(error).__name__}: {error}")


def _telling(home: Home) -> Progress:
    """Progress as a file, for the command that waits for it."""
    told_s = 0.0

    def tell(what: str, done: float) -> None:
        nonlocal told_s
        if home.rebuilding.is_dir() and (done in {0.0, 1.0} or time.monotonic() - told_s > TELL_EVERY_S):
            told_s = time.monotonic()
            (home.rebuilding / PROGRESS).write_bytes(orjson.dumps({"what": what, "done": done}))

    return tell


def progress_of(home: Home) -> tuple[str, float] | None:
    """What the rebuild of a home is doing just now, or None when none is under way."""
    try:
        told = orjson.loads((home.rebuilding / PROGRESS).read_bytes())
        return str(told["what"]), float(told["done"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
