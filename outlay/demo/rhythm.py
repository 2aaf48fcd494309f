"""When tasks start: the company's day and week, its growth, and a little noise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from zoneinfo import ZoneInfo

HOUR = dt.timedelta(hours=1)

# Share of a day's work by local hour, and how a Saturday or Sunday compares with a weekday.
_ALWAYS = (4, 3, 3, 3, 3, 4, 5, 7, 9, 10, 10, 10, 9, 9, 10, 10, 9, 8, 8, 8, 7, 7, 6, 5)
_OFFICE = (0, 0, 0, 0, 0, 0, 0, 4, 10, 14, 14, 12, 8, 11, 14, 13, 11, 6, 3, 1, 0, 0, 0, 0)
_NIGHTLY = (0, 6, 10, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
_SHAPES = {"always": (_ALWAYS, 0.8), "office": (_OFFICE, 0.0), "nightly": (_NIGHTLY, 1.0)}


def weekly(rhythm: str) -> tuple[tuple[float, ...], ...]:
    """Weight of each (weekday, local hour); a week's weights sum to seven, so that a mean day weighs one."""
    hours, weekend = _SHAPES[rhythm]
    rows = [[hour * (weekend if weekday >= 5 else 1.0) for hour in hours] for weekday in range(7)]
    total = sum(map(sum, rows))
    return tuple(tuple(7 * weight / total for weight in row) for row in rows)


def hours(since: dt.datetime, until: dt.datetime, zone: ZoneInfo) -> list[tuple[dt.datetime, int, int, float]]:
    """Every UTC hour of the period with its local weekday, local hour and its place in the period, 0 to 1."""
    length = max((until - since) / HOUR, 1.0)
    found = []
    at = since.replace(minute=0, second=0, microsecond=0)
    while at < until:
        local = at.astimezone(zone)
        found.append((at, local.weekday(), local.hour, (at - since) / HOUR / length))
        at += HOUR
    return found


def starts(
    rhythm: str,
    tasks_per_day: float,
    growth: float,
    period: list[tuple[dt.datetime, int, int, float]],
    random: Random,
) -> Iterator[dt.datetime]:
    """The instants at which a workflow's tasks start, a microsecond exact.

    An hour gets its expected number of tasks, rounded up or down by chance: steadier than coin tosses, as real queues
    are. Growth is centred on the period's middle.
    """
    weights = weekly(rhythm)
    mood, day = 1.0, None
    for at, weekday, hour, place in period:
        weight = weights[weekday][hour]
        if not weight:
            continue
        if at.date() != day:
            mood, day = random.lognormvariate(0, 0.07), at.date()
        expected = tasks_per_day * weight * mood * (1 + growth * (place - 0.5))
        for _ in range(int(expected + random.random())):
            yield at + dt.timedelta(microseconds=random.randrange(3_600_000_000))
