"""Which days a page is about, and which days it compares them with: whole business days, half-open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


class Preset(StrEnum):
    """The periods a reader can pick by name."""

    THIS_MONTH = "This month"
    LAST_MONTH = "Last month"
    LAST_7_DAYS = "Last 7 days"
    LAST_30_DAYS = "Last 30 days"
    LAST_90_DAYS = "Last 90 days"
    CUSTOM = "Custom"


class Against(StrEnum):
    """What a period is compared with."""

    MONTH_BEFORE = "Same days, month before"
    PERIOD_BEFORE = "Days just before"
    YEAR_BEFORE = "Same days, year before"
    NOTHING = "Nothing"


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days of the business calendar: `first` is in, `until` is out."""

    first: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.first:
            raise ValueError(f"the days end on {self.until}, before they begin on {self.first}")

    def __len__(self) -> int:
        return (self.until - self.first).days

    @property
    def last(self) -> date:
        """The last day that is in."""
        return self.until - DAY

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The half-open UTC instants between which these days lie in the business zone."""
        return midnight(self.first, zone), midnight(self.until, zone)

    def complete(self, today: date) -> Days:
        """Without today and what comes after it: the days that are over, and so can be compared."""
        return Days(self.first, max(self.first, min(self.until, today)))

    def each(self) -> list[date]:
        """Every day, in order."""
        return [self.first + DAY * number for number in range(len(self))]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which a day begins in the business zone."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def month_of(day: date) -> Days:
    """The calendar month a day lies in."""
    first = day.replace(day=1)
    return Days(first, _shift_month(first, 1))


def days_of(preset: Preset, today: date, custom: tuple[date, date] | None = None) -> Days:
    """The days a preset names on `today`; a period that runs includes today, which is not over yet.

    `custom` are the first and the last day a reader picked, in either order; without them Custom is the running month.
    """
    tomorrow = today + DAY
    match preset:
        case Preset.LAST_MONTH:
            return month_of(today.replace(day=1) - DAY)
        case Preset.LAST_7_DAYS:
            return Days(tomorrow - 7 * DAY, tomorrow)
        case Preset.LAST_30_DAYS:
            return Days(tomorrow - 30 * DAY, tomorrow)
        case Preset.LAST_90_DAYS:
            return Days(tomorrow - 90 * DAY, tomorrow)
        case Preset.CUSTOM if custom:
            return Days(min(custom), max(custom) + DAY)
        case _:
            return Days(today.replace(day=1), tomorrow)


def compared(days: Days, against: Against) -> Days | None:
    """The days to hold these against; None for Nothing, or when there are no days to compare.

    Whole months are held against whole months, however long; anything else against as many days, which never reach into
    the days they are compared with.
    """
    if not days or against is Against.NOTHING:
        return None
    if against is Against.PERIOD_BEFORE:
        return Days(days.first - DAY * len(days), days.first)
    months = -1 if against is Against.MONTH_BEFORE else -12
    first = _shift_month(days.first, months)
    if days.first.day == 1 and days.until.day == 1:
        return Days(first, _shift_month(days.until, months))
    return Days(first, min(first + DAY * len(days), days.first))


def _shift_month(day: date, months: int) -> date:
    """The same day some months on; a month too short gives its last day."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    following = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + DAY * (day.day - 1), following - DAY)
