"""Who hears what, and when: routes by team, severity and kind, with quiet hours, a daily digest and a daily cap.

Routes are asked in order and the first that fits decides. A page is never held back, neither by quiet hours nor by a
cap; whatever else is held back is told later, and nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.incidents.incident import UNATTRIBUTED

ROUTED = "routes"  # the channel of a message that is still to be addressed
PAGE, WARN, INFO = "page", "warn", "info"
DIGEST_AT = time(9)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the business day in which only pages are told; they may span midnight."""

    begins: time
    ends: time

    def until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """The end of the quiet that `now` lies in, or None outside of it."""
        local = now.astimezone(zone)
        told = local.time().replace(tzinfo=None)
        within = self.begins <= told < self.ends if self.begins < self.ends else told >= self.begins or told < self.ends
        return next_at(self.ends, now, zone) if within else None


@dataclass(frozen=True, slots=True)
class Route:
    """One way to people. Empty conditions fit everything."""

    channels: tuple[str, ...]
    teams: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    digest_at: time | None = None  # one letter a day at this time instead of one at once
    quiet: Quiet | None = None
    most_a_day: int | None = None  # letters per team, day and channel; what is beyond waits for the digest

    def fits(self, team: str | None, severity: str, kind: str) -> bool:
        """Whether it takes such a message."""
        return (
            (not self.teams or (UNATTRIBUTED if team is None else team) in self.teams)
            and (not self.severities or severity in self.severities)
            and (not self.kinds or kind in self.kinds)
        )


@dataclass(frozen=True, slots=True)
class Routes:
    """Every route, in order, and the zone in which their times are meant."""

    routes: tuple[Route, ...]
    zone: ZoneInfo

    def of(self, team: str | None, severity: str, kind: str) -> Route | None:
        """The first route that fits."""
        return next((route for route in self.routes if route.fits(team, severity, kind)), None)


def usual_routes(channels: tuple[str, ...], zone: ZoneInfo, most_a_day: int | None = None) -> Routes:
    """Without routes of one's own: pages and warnings at once and everywhere, the small ones once a day."""
    return Routes(
        (
            Route(channels, severities=(PAGE, WARN), most_a_day=most_a_day),
            Route(channels, digest_at=DIGEST_AT),
        ),
        zone,
    )


def next_at(wall: time, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant strictly after `after` at which the zone's clocks show `wall`; aware, in UTC."""
    day = after.astimezone(zone).date()
    for days in range(3):
        # Through UTC and back, so that a wall time that daylight saving skips becomes the one an hour later.
        instant = datetime.combine(day + timedelta(days=days), wall, zone).astimezone(UTC)
        if instant > after:
            return instant
    raise AssertionError("a day has one such time, and three days have passed")


def day_start(now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the business day; aware, in UTC."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
