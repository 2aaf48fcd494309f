"""Read the dates people type: a day or an instant, in the business time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class NoDate(ValueError):
    """What was typed is neither a day nor an instant."""


def instant(text: str, zone: ZoneInfo) -> datetime:
    """'2026-10-01' is that day's midnight in the zone; '2026-10-01T14:00' that local time; with an offset, itself.

    Returns an aware UTC instant; raises NoDate with the sentence to show.
    """
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise NoDate(f"{text!r} is no date; write 2026-10-01 or 2026-10-01T14:00") from None
    return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)
