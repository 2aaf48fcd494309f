"""How the settings speak to `alerts`: what is worth telling, and a look back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import (
    Thresholds,
    last_closed_hour,
    watch,
    watch_budgets,
    watch_silence,
)
from outlay.books import Books
from outlay.settings import Settings
from outlay.telling import channel_names

A_STRETCH = timedelta(days=10)


def thresholds(settings: Settings) -> Thresholds:
    """The detector's numbers, with the dollars of the settings."""
    return replace(Thresholds(), impact_usd=settings.spikes.impact_usd, page_usd=settings.spikes.page_usd)


def look_back(books: Books, *, since: datetime, until: datetime, progress: Callable[[float], None]) -> None:
    """Judge a history hour by hour, then budgets and silence as of its end; what is long over is told to nobody."""
    links = f"http://127.0.0.1:{books.settings.server.web_port}"  # where the pages will be
    last = last_closed_hour(until)
    first = since.replace(minute=0, second=0, microsecond=0)
    start = first
    while start < last:
        end = min(start + A_STRETCH, last)
        watch(
            books.warehouse,
            since_hour=start,
            until_hour=end,
            channels=channel_names(books.settings),
            now=until,
            thresholds=thresholds(books.settings),
            links=links,
        )
        progress((end - first) / (last - first))
        start = end
    told = channel_names(books.settings)
    watch_budgets(books.warehouse, zone=books.settings.zone, channels=told, now=until, links=links)
    watch_silence(books.warehouse, channels=told, now=until, links=links)
