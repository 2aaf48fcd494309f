"""Homes that many tests begin with: a new one, and one into which recorded requests were replayed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ingest import Limits
from outlay.books import open_books
from outlay.home import Home
from outlay.reading.loading import catch_up
from outlay.reading.replay import captures, replay


def opened_once(folder: Path, now: datetime) -> None:
    """A new home: nothing was sent to it yet."""
    with open_books(Home(folder), now):
        pass


def replayed(folder: Path, now: datetime, recorded: Path, team: str | None) -> None:
    """A new home into which `outlay replay RECORDED --team TEAM` put what was recorded."""
    with open_books(Home(folder), now) as books:
        replay(books.journal, captures([recorded]), team=team, limits=Limits(), now=now)
        catch_up(books, now)
