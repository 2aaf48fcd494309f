"""A month as finance means it: cut at midnight in the business time zone, stored as half-open UTC bounds."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month; `str(month)` is '2026-10', which is how months are stored."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Raise ValueError for what is no month of the years 1 to 9999."""
        if not (1 <= self.number <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"{self.year}-{self.number} is not a month; write it as 2026-10")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The month written '2026-10'; raises ValueError with the sentence to show."""
        written = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
        if not written:
            raise ValueError(f"{text!r} is not a month; write it as 2026-10")
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def of(cls, instant: datetime, zone: ZoneInfo) -> Self:
        """The month on the calendar in `zone` at an aware instant."""
        if instant.tzinfo is None:
            raise ValueError(f"{instant} has no time zone, so it lies in no month")
        local = instant.astimezone(zone)
        return cls(local.year, local.month)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Half-open (since, until) in UTC: from the zone's first midnight to the next month's.

        Where a clock change skips or repeats that midnight, the month begins at the first instant of its first
        day, so months always meet without a gap or an overlap.
        """
        return self._begins(zone), self.next()._begins(zone)

    def next(self) -> Month:
        """The month after this one."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def previous(self) -> Month:
        """The month before this one."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    def days(self) -> int:
        """How many days its calendar has."""
        return calendar.monthrange(self.year, self.number)[1]

    def elapsed(self, now: datetime, zone: ZoneInfo) -> float:
        """The share of it that is over at `now`, from 0.0 before it begins to 1.0 once it has ended."""
        since, until = self.bounds(zone)
        return min(1.0, max(0.0, (now - since) / (until - since)))

    def __str__(self) -> str:
        """'2026-10'."""
        return f"{self.year:04}-{self.number:02}"

    def _begins(self, zone: ZoneInfo) -> datetime:
        # fold=0 is the earlier of two midnights, and the instant of the jump for one that never was.
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)
