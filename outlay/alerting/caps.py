"""How the settings speak of caps: what was just read is held against them."""

from __future__ import annotations

from datetime import datetime

import structlog

from alerts import Cap, watch_caps
from outlay.alerting.telling import channel_names
from outlay.books import Books

log = structlog.get_logger("core")


def hold_against_caps(books: Books, looked: int | None, now: datetime) -> int | None:
    """Ask what was read after the span `looked` about the caps; returns the newest one asked about.

    Without caps in the settings nothing is asked.
    """
    settings = books.settings
    if not settings.caps:
        return looked
    caps = [Cap(each.per, each.team, each.workflow, each.usd, each.calls, each.tool_calls) for each in settings.caps]
    serving = books.home.serving()
    found = watch_caps(
        books.warehouse,
        caps,
        looked=looked,
        zone=settings.zone,
        channels=channel_names(settings),
        now=now,
        links=serving.web_url if serving else "",
    )
    if found.opened or found.resolved:
        log.info("caps", opened=found.opened, resolved=found.resolved)
    return found.looked
