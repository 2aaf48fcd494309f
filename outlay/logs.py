"""One line per event: JSON where a machine reads it, plain words on a terminal."""

from __future__ import annotations

import logging
import sys

import structlog

from ingest import AS_JSON, log_to_stderr


def to_stderr(least: int = logging.INFO) -> None:
    """Write events from a level on to stderr."""
    log_to_stderr(least, shown=structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else AS_JSON)
