"""The usual week of a scope, hour by hour: how much of a period's spend is expected by an instant in it.

Spend is seasonal: on a Friday night more of the week's money should be gone than of its hours. So a budget's burn rate
is held against the expected share, never against the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

HOURS = 168
HOUR = timedelta(hours=1)
FEWEST_DAYS = 14  # with less history every hour is expected to cost the same
MOST_TIMES = 3.0  # a spike counts as so many times its usual hour: one bad night is no habit


@dataclass(frozen=True, slots=True)
class Profile:
    """What the hours of a week weigh, from Monday 00:00 on the clock of `zone`."""

    weights: Floats  # (168,), their mean is 1
    zone: ZoneInfo

    @classmethod
    def flat(cls, zone: ZoneInfo) -> Self:
        """Every hour weighs the same: where nothing is known yet."""
        return cls(np.ones(HOURS), zone)

    @classmethod
    def of(cls, first_hour: datetime, hours_usd: Floats, zone: ZoneInfo) -> Self:
        """Learn it from consecutive hours (the first is naive UTC); flat with less than two weeks, or without spend."""
        if len(hours_usd) < FEWEST_DAYS * 24 or not hours_usd.sum() > 0:
            return cls.flat(zone)
        place = _places(first_hour, len(hours_usd), zone)
        usual = np.array([np.median(hours_usd[place == hour]) for hour in range(HOURS)])
        cap = MOST_TIMES * np.where(usual > 0, usual, hours_usd.mean())
        counted = np.minimum(hours_usd, cap[place])
        seen = np.maximum(np.bincount(place, minlength=HOURS), 1)
        weights = np.bincount(place, weights=counted, minlength=HOURS) / seen
        return cls(weights / weights.mean(), zone)

    def share(self, since: datetime, until: datetime, at: datetime) -> float:
        """How much of what [since, until) costs is expected to be spent by `at`, 0.0 to 1.0; instants are naive UTC."""
        if at <= since:
            return 0.0
        if at >= until:
            return 1.0
        weights, starts = self._between(since, until)
        gone = np.clip((at - since) / HOUR - starts, 0.0, 1.0)
        total = float(weights.sum())
        return float((weights * gone).sum()) / total if total > 0 else (at - since) / (until - since)

    def reaches(self, since: datetime, until: datetime, share: float) -> datetime:
        """The instant (naive UTC) at which so large a share of [since, until) is expected to be spent."""
        weights, _ = self._between(since, until)
        grown = np.concatenate([[0.0], np.cumsum(weights)])
        if not grown[-1] > 0:
            return since + (until - since) * share
        hours = float(np.interp(share * grown[-1], grown, np.arange(len(grown))))
        return min(since + HOUR * hours, until)

    def _between(self, since: datetime, until: datetime) -> tuple[Floats, Floats]:
        """The weight of each hour that begins with `since`, and at which hour it begins; the last may be cut short."""
        length = (until - since) / HOUR
        count = int(np.ceil(length))
        weights = self.weights[_places(since, count, self.zone)]
        weights[-1] *= length - (count - 1)
        return weights, np.arange(count, dtype=np.float64)


def _places(first: datetime, count: int, zone: ZoneInfo) -> Indices:
    """Which hour of the week each hour is, on the clock of the zone."""
    hours = pl.select(pl.datetime_range(first, first + (count - 1) * HOUR, "1h", time_unit="us").alias("at"))
    local = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone.key)
    place = hours.select((local.dt.weekday().cast(pl.Int64) - 1) * 24 + local.dt.hour().cast(pl.Int64)).to_series()
    return place.to_numpy().copy()
