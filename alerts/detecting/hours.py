"""One closed hour of all series, and what their clocks say: the detector's whole input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from alerts.detecting.state import Flags, Floats, Indices

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as stored: naive UTC
HOUR = timedelta(hours=1)
NEIGHBOURS = (-1, 0, 1)  # a job may start an hour early or late


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the clocks on the walls of the series' teams say in one hour; (n,) arrays, or (n, 3) of its neighbours."""

    week_hour: Indices  # (n, 3): 0 = Monday midnight
    weekend: Indices  # (n, 3): 0 or 1
    day_hour: Indices  # (n, 3)
    date: Indices  # days since 1970
    month_day: Indices


@dataclass(frozen=True, slots=True)
class Hour:
    """Sums of one hour; where a series was not `heard` they say nothing. `fleet`: series that fall together for one
    reason are of one number. `whole_of`: the row of the series that each is a part of, `model_of`: of the workflow that
    each is one model of; -1 where it is none of any. `heirs`: the models that were all of their workflow before it had
    two."""

    at: int  # hours since 1970
    heard: Flags
    cost_usd: Floats
    calls: Floats
    tokens: Floats
    output: Floats  # tokens
    clocks: Clocks
    fleet: Indices
    whole_of: Indices
    model_of: Indices
    heirs: Flags

    @property
    def by_model(self) -> Flags:
        """(n,): whether a series is one model of a workflow."""
        of_one: Flags = self.model_of >= 0
        return of_one


def number(instant: datetime) -> int:
    """The hour (naive UTC) as the detector counts them."""
    return (instant - EPOCH) // HOUR


def instant(at: int) -> datetime:
    """The naive UTC instant an hour begins at."""
    return EPOCH + at * HOUR


@cache
def _wall(at: int, zone: ZoneInfo) -> tuple[int, int, int, int, int]:
    local = instant(at).replace(tzinfo=UTC).astimezone(zone)
    weekday = local.weekday()
    return weekday * 24 + local.hour, int(weekday >= 5), local.hour, local.toordinal(), local.day


@dataclass(frozen=True, slots=True)
class Walls:
    """The zones of a panel's series; clocks are read once an hour and zone."""

    zones: tuple[ZoneInfo, ...]
    zone_of: Indices  # (n,)

    @classmethod
    def of(cls, zones: Sequence[ZoneInfo]) -> Walls:
        """One zone a series."""
        known = tuple(dict.fromkeys(zones))
        places = {zone: place for place, zone in enumerate(known)}
        return cls(known, np.array([places[zone] for zone in zones], dtype=np.int64))

    def clocks(self, at: int) -> Clocks:
        """What they say in an hour."""
        told = np.array([[_wall(at + near, zone) for near in NEIGHBOURS] for zone in self.zones], dtype=np.int64)
        mine = told[self.zone_of]
        return Clocks(mine[:, :, 0], mine[:, :, 1], mine[:, :, 2], mine[:, 1, 3], mine[:, 1, 4])
