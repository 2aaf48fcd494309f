"""What the pages show that another room computes: handed in by whoever starts the server.

A source that is not wired leaves its tile out; nothing on a page is made up in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

import polars as pl

Teams = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the running month will come to, in US dollars: the likely sum and the range around it."""

    low_usd: Decimal
    likely_usd: Decimal
    high_usd: Decimal
    because: str  # a sentence: how it was computed, and from what


@dataclass(frozen=True, slots=True)
class StatementFile:
    """One file of a month's statement, made or read only when somebody asks for its bytes."""

    name: str
    media_type: str
    read: Callable[[], bytes]


class Forecasts(Protocol):
    """Forecast the business month that `now` lies in."""

    def __call__(self, *, teams: Teams, now: datetime) -> Forecast | None:
        """The forecast for these teams (None is all); None when there is too little history to say."""


class StatementFiles(Protocol):
    """Make or find the files of a month's statement."""

    def __call__(self, *, month: str, teams: Teams, now: datetime) -> Sequence[StatementFile]:
        """Those of the month ('2026-10') that a reader of these teams may have; ValueError for what is no month."""


class ExpectedHours(Protocol):
    """Say what the detector expected."""

    def __call__(self, *, incident_id: str) -> pl.DataFrame | None:
        """The hours around an incident; None when the detector no longer knows.

        Columns: `hour_at` (naive UTC), `actual_usd`, `expected_usd`, and `high_usd`, where the usual range ends.
        """


class AnswerRefused(Exception):
    """A message's link does nothing; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a message's link would do, for its page to ask."""

    title: str
    lines: tuple[str, ...]
    verb: str
    asks_until: bool = False
    asks_reason: bool = False


class Answering(Protocol):
    """Read and obey the links of messages; both raise AnswerRefused."""

    def look(self, token: str, now: datetime) -> Question:
        """What the link would do; changes nothing."""

    def act(self, token: str, *, by: str, until: datetime | None, reason: str, now: datetime) -> str:
        """Do it, once; a sentence that says what was done."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that is handed in."""

    forecast: Forecasts | None = None
    statement_files: StatementFiles | None = None
    expected_hours: ExpectedHours | None = None
    answering: Answering | None = None
