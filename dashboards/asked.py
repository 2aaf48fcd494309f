"""Read a question from a URL's query: a period, teams and a format, or a sentence that says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboards.periods import midnight
from dashboards.view import Reader

FORMATS = ("json", "csv", "arrow")
KNOWN = ("since", "until", "team", "by", "format")
MAX_TEAMS = 1_000


class BadQuestion(ValueError):
    """The query cannot be understood; the sentence names the part and shows a right one."""


class NotYours(PermissionError):
    """The reader asks for a team that their key does not show."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a URL asks for: aware UTC instants, half-open, and teams; no teams are all the reader may see.

    `by` groups the answer otherwise than the metric says.
    """

    since: datetime | None
    until: datetime | None
    teams: tuple[str, ...]
    format: str
    by: tuple[str, ...] | None = None


def asked(query: Iterable[tuple[str, str]], zone: ZoneInfo) -> Asked:
    """The question in a query string; a date stands for the midnight it begins with in the business zone.

    Raises BadQuestion for an unknown parameter, for one told twice (only `team` may be), and for a value that is none.
    """
    single: dict[str, str] = {}
    teams: list[str] = []
    for name, value in query:
        if name not in KNOWN:
            raise BadQuestion(f"{name!r} is no part of a question; there are: {', '.join(KNOWN)}")
        if name == "team":
            teams.append(value)
        elif name in single:
            raise BadQuestion(f"{name!r} is told twice; only team may be")
        else:
            single[name] = value
    if len(teams) > MAX_TEAMS:
        raise BadQuestion(
            f"{len(teams)} teams are more than a question may name ({MAX_TEAMS}); leave team out to ask for all"
        )
    since, until = (_instant(name, single.get(name), zone) for name in ("since", "until"))
    if since and until and until < since:
        raise BadQuestion(f"the period ends at {single['until']}, before it begins at {single['since']}")
    form = single.get("format", "json")
    if form not in FORMATS:
        raise BadQuestion(f"{form!r} is no format; there are: {', '.join(FORMATS)}")
    by = tuple(part for part in single["by"].split(",") if part) if "by" in single else None
    return Asked(since, until, tuple(dict.fromkeys(teams)), form, by)


def within(reader: Reader, teams: tuple[str, ...]) -> tuple[str, ...] | None:
    """The teams an answer may show: those asked for, else all of the reader's (None is every team).

    Raises NotYours when a team asked for is not the reader's.
    """
    if not teams:
        return reader.teams
    if reader.teams is not None:
        foreign = [team for team in teams if team not in reader.teams]
        if foreign:
            own = ", ".join(reader.teams) or "no team"
            raise NotYours(f"this key shows {own}; it does not show {', '.join(foreign)}")
    return teams


def _instant(name: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-10-03"):
            return midnight(date.fromisoformat(text), zone)
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadQuestion(
            f"{name}={text!r} is no date; write 2026-10-03, or an instant such as 2026-10-03T14:00:00Z"
        ) from None
