"""An instant is aware UTC in the code and naive UTC in the tables: the one place where it changes coats."""

from __future__ import annotations

from datetime import UTC, datetime


def stored(instant: datetime) -> datetime:
    """An aware instant as the tables hold it; raises ValueError for one without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; give an aware instant, such as a UTC one")
    return instant.astimezone(UTC).replace(tzinfo=None)


def told(instant: datetime) -> datetime:
    """An instant of a table as the code holds it."""
    return instant.replace(tzinfo=UTC)
