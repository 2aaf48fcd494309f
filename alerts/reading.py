"""Read one episode of a team's workflow: what its hours cost, what they should have cost, and where the excess lies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from alerts.causes import Attempts, Evidence, Leaf
from alerts.drivers import Usage

HOUR = timedelta(hours=1)
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
