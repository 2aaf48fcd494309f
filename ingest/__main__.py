"""One ingest process: `python -m ingest`, told by OUTLAY_INGEST (JSON) which home and which inherited socket."""

from __future__ import annotations

import gc
import os
import resource
import socket
import sys
from functools import partial
from typing import Final

import uvicorn

from ingest.app import create
from ingest.config import Told
from ingest.log import WITHOUT_ITS_WORDS, log_to_stderr
from ingest.patience import Patience

TOLD: Final = "OUTLAY_INGEST"
# Leaving with this code says that starting again would not help.
CANNOT_START: Final = 3
# Exporters send every 5 s or so: a connection that is kept for less is closed under their hands.
KEEP_ALIVE_S: Final = 75
# Longer than any commit, shorter than the patience of whoever stopped us.
FINISH_WITHIN_S: Final = 8
# Decoding JSON makes hundreds of thousands of objects that are gone a moment later; looking for cycles among them
# every 700 is a sixth of its cost.
OBJECTS_BETWEEN_COLLECTIONS: Final = 100_000


def main() -> int:
    """Serve until SIGTERM or SIGINT, then finish what was taken."""
    try:
        told = Told.from_json(os.environ.get(TOLD, ""))
        listening = socket.socket(fileno=told.fd)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"ingest cannot start: {TOLD} is to be JSON with a home and the fd of a socket; {error}\n")
        return CANNOT_START
    # What an exception says may be what was sent.
    log_to_stderr(error=WITHOUT_ITS_WORDS)
    _as_many_files_as_may_be()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    app = create(told.home, told.config)
    patience = partial(Patience, limits=told.config.limits, counters=app.state.counters)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=patience,  # type: ignore[arg-type]  # - it is called as a class is
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=FINISH_WITHIN_S,
    )
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _as_many_files_as_may_be() -> None:
    """A connection is an open file; the usual soft limit of 1,024 would end accepting, and the journal with it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
