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
from outlay.keeping.rebuild import Progress, rebuild
from warehouse import WarehouseDamaged

log = structlog.get_logger("core")

PROGRESS = "progress.json"
TELL_EVERY_S = 0.5


class StillDamaged(RuntimeError):
    """The warehouse was made anew, and cannot be opened: to make it anew again would not help."""


@contextmanager
def sound_books(home: Home) -> Iterator[Books]:
    """The books of a home, their warehouse made anew when it must be; raises what `open_books` and `rebuild` do.

    Raises StillDamaged when that did not help.
    """
    with ExitStack() as opened:
        try:
            books = opened.enter_context(open_books(home, now()))
        except WarehouseDamaged as damaged:
            log.warning(
                "warehouse to be made anew", reason=damaged.sentence, what="it is moved aside, nothing is deleted"
            )
            try:
                rebuild(home, because=damaged.sentence, now=now(), progress=_telling(home))
                books = opened.enter_context(open_books(home, now()))
            except WarehouseDamaged as still:
                raise StillDamaged(
                    f"the ledger of {home.folder} was made anew and cannot be opened all the same ({still.sentence}); "
                    "look at the disk, then restore a backup of the home, or `outlay rebuild`"
                ) from still
        yield books


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
