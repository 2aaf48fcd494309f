"""The clock: read here and nowhere else, for commands and for the loops of the server."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, aware and in UTC."""
    return datetime.now(UTC)
