"""One line per event: JSON where a machine reads it, plain words on a terminal."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog

from ingest import Lines


def to_stderr(least: int = logging.INFO) -> None:
    """Write structured events from a level on to stderr. Events carry counts and names, never a prompt's text."""
    shown: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        # Asked at every event: stderr may have been pointed elsewhere since.
        logger_factory=lambda *_: structlog.PrintLogger(cast(TextIO, Lines(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    # Libraries speak up only when something is wrong.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
