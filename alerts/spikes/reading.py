"""Read one episode of a team's workflow: what its hours cost, what they should have cost, and where the excess lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.detecting.drivers import Usage
from alerts.incidents.incident import Incident
from alerts.spikes.causes import Attempts, Evidence, Leaf
from warehouse import rounded

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CENT = Decimal("0.01")  # an expectation has no more digits; so what is shown rounded still adds up
BASIS = "what these hours of the week usually cost"


@dataclass(frozen=True, slots=True)
class Reading:
    """What an episode cost from `since` to `until` (naive UTC), against what was to be expected."""

    since: datetime
    until: datetime
    actual: Usage
    expected: Usage
    last_hour_usd: float
    last_hour_expected_usd: float
    rising: bool  # the last hour exceeded the usual by more than the hour before it did
    score: float  # robust standard deviations of the window that decided
    window_hours: int
    leaves: tuple[Leaf, ...] = ()  # the dearest first; those that are the cause before the others
    evidence: tuple[Evidence, ...] = ()
    attempts: Attempts | None = None

    @property
    def causes(self) -> tuple[Leaf, ...]:
        """The smallest set of leaves with four fifths of the excess."""
        return tuple(leaf for leaf in self.leaves if leaf.is_cause)

    @property
    def versions(self) -> tuple[str, ...]:
        """Of prompts and releases, first seen shortly before or within it."""
        releases = [f"release {seen.name}" for seen in self.evidence if seen.kind == "release"]
        return (*(seen.name for seen in self.evidence if seen.kind == "prompt"), *releases)

    @property
    def traces(self) -> tuple[Evidence, ...]:
        """The dearest ones."""
        return tuple(seen for seen in self.evidence if seen.kind == "trace")

    @property
    def model(self) -> str | None:
        """With most of the excess."""
        return self.leaves[0].model if self.leaves else None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where an episode leads, as it is said: one row of `incident_outlook`."""

    last_hour_usd: Decimal
    projected_usd: Decimal | None  # too much by `projected_until`, were every hour like the last; None when it is past
    projected_until: datetime | None  # naive UTC
    rising: bool
    score: float  # robust standard deviations, of the alarm
    window_hours: int  # that it looked at


def projected(incident: Incident, reading: Reading, at_age: timedelta) -> Decimal:
    """The impact when the incident is so old (or now, if it is older), were every hour to come like the last one."""
    age = reading.until - reading.since
    usual_an_hour = incident.expected_usd * HOUR.seconds / Decimal(age.total_seconds())
    an_hour = max(Decimal(repr(reading.last_hour_usd)) - usual_an_hour, Decimal(0))
    left = Decimal(max((at_age - age).total_seconds(), 0.0)) / HOUR.seconds
    return rounded(incident.impact_usd + an_hour * left)


def outlook(incident: Incident, reading: Reading) -> Outlook:
    """Where an incident leads: what a message says beside its own numbers, and its page shows."""
    is_young = reading.until - reading.since < DAY
    return Outlook(
        last_hour_usd=rounded(Decimal(repr(reading.last_hour_usd)), CENT),
        projected_usd=projected(incident, reading, DAY) if is_young else None,
        projected_until=incident.opened_at + DAY if is_young else None,
        rising=reading.rising,
        score=reading.score,
        window_hours=reading.window_hours,
    )
