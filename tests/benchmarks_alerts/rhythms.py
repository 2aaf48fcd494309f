"""When made-up services spend: offices, round-the-clock services, nightly, weekly and monthly jobs, experiments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MONDAY = datetime(2026, 1, 5)  # naive UTC
DAYS = 90
HOURS = DAYS * 24
HOLIDAYS = (14, 42, 43, 77)  # days after that Monday, for everybody
HOUR = np.arange(HOURS)


@dataclass(frozen=True)
class Rhythm:
    """What a service does in every hour (1 = a busy one), the dollars of that, and the runs of its job."""

    profile: Floats
    usd: Floats
    runs: tuple[tuple[int, int, bool], ...]  # begins, ends, whether a detector could know it by then


@dataclass(frozen=True)
class Wall:
    """What the clock on a service's wall says, hour by hour."""

    hour: npt.NDArray[np.int64]
    weekend: npt.NDArray[np.bool_]


def correlated(random: np.random.Generator, count: int, rho: float, spread: float) -> Floats:
    """Noise that remembers its last value."""
    steps = random.normal(0, spread * np.sqrt(1 - rho**2), count)
    noise = np.empty(count)
    noise[0] = random.normal(0, spread)
    for i in range(1, count):
        noise[i] = rho * noise[i - 1] + steps[i]
    return noise


def rhythm(random: np.random.Generator, kind: str, *, hard: bool) -> Rhythm:
    """A service of a kind; every draw has its place in the sequence, so that a seed keeps its meaning."""
    zone = int(random.integers(-10, 11)) if hard else int(random.choice([0, -5, -8, 1, 5]))
    wall = Wall((HOUR % 24 + zone) % 24, ((HOUR + zone) // 24) % 7 >= 5)
    usual_usd = float(np.exp(random.uniform(np.log(0.6), np.log(150.0))))
    drawn = [random.uniform(-0.1, 0.1), random.uniform(0.05, 0.3), random.uniform(0.4, 0.8)]
    growth = np.exp(np.log1p(random.choice(drawn, p=[0.5, 0.38, 0.12])) * (HOUR / (24 * 30)))
    noise = _noise(random, hard=hard)
    runs: list[tuple[int, int, bool]] = []
    if kind == "interactive":
        profile = _office(random, wall)
    elif kind == "service":
        profile = _service(random, wall)
    elif kind == "nightly":
        profile = _nightly(random, wall)
    elif kind in ("weekly", "monthly"):
        profile = 0.03 + 0.05 * np.exp(-0.5 * ((wall.hour - 13) / 4) ** 2)
        runs = _weekly(random, profile) if kind == "weekly" else _monthly(random, profile)
    else:
        at_work = (wall.hour > 8) & (wall.hour < 20) & ~wall.weekend
        active = random.random(HOURS) < (0.03 + 0.09 * at_work)
        profile = active * np.exp(random.normal(-0.5, 0.7, HOURS))
        usual_usd = min(usual_usd, 12.0)
    return Rhythm(profile, usual_usd * profile * growth * noise, tuple(runs))


def _noise(random: np.random.Generator, *, hard: bool) -> Floats:
    spread, rho = random.uniform(0.06, 0.22) * (1.5 if hard else 1), random.uniform(0.3, 0.85)
    hourly = correlated(random, HOURS, rho, spread)
    daily = np.repeat(correlated(random, DAYS, 0.5, random.uniform(0.03, 0.10) * (1.4 if hard else 1)), 24)
    blips = np.ones(HOURS)
    which = random.random(HOURS) < (0.006 if hard else 0.003)
    blips[which] = 1 + np.minimum(random.pareto(3.0, which.sum()) * 1.0, 2.0)
    made: Floats = np.exp(hourly + daily) * blips
    return made


def _office(random: np.random.Generator, wall: Wall) -> Floats:
    peak, width = random.uniform(10, 15), random.uniform(3, 5)
    profile = 0.04 + np.exp(-0.5 * ((wall.hour - peak) / width) ** 2)
    profile = profile * np.where(wall.weekend, random.uniform(0.05, 0.35), 1)
    return np.where(_holiday(), profile * random.uniform(0.15, 0.5), profile)


def _service(random: np.random.Generator, wall: Wall) -> Floats:
    profile = 0.55 + 0.45 * np.sin((wall.hour - random.uniform(6, 10)) / 24 * 2 * np.pi)
    profile = np.maximum(profile, 0.08) * np.where(wall.weekend, random.uniform(0.6, 1.1), 1)
    return np.where(_holiday(), profile * random.uniform(0.6, 1.05), profile)


def _nightly(random: np.random.Generator, wall: Wall) -> Floats:
    begins, length = int(random.integers(0, 6)), int(random.integers(2, 5))
    profile = np.where((wall.hour >= begins) & (wall.hour < begins + length), 1.0, 0.01)
    return np.where(wall.weekend, 0.01, profile) if random.random() < 0.5 else profile


def _weekly(random: np.random.Generator, profile: Floats) -> list[tuple[int, int, bool]]:
    day, begins, length = int(random.integers(0, 7)), int(random.integers(0, 20)), int(random.integers(2, 7))
    size = random.uniform(1, 2)
    return [
        _run(random, profile, (at, begins, length), size=size, spread=0.12, is_first=at == day)
        for at in range(day, DAYS, 7)
    ]


def _monthly(random: np.random.Generator, profile: Floats) -> list[tuple[int, int, bool]]:
    begins, length, size = int(random.integers(0, 18)), int(random.integers(4, 14)), random.uniform(1, 3)
    on = int(random.integers(1, 6))
    days = [day for day in range(DAYS) if (MONDAY + timedelta(days=day)).day == on]
    return [_run(random, profile, (day, begins, length), size, 0.15, is_first=day == days[0]) for day in days]


def _run(
    random: np.random.Generator,
    profile: Floats,
    when: tuple[int, int, int],
    size: float,
    spread: float,
    *,
    is_first: bool,
) -> tuple[int, int, bool]:
    day, begins, length = when  # day, hour of it, hours
    since = max(day * 24 + begins + int(random.integers(-1, 2)), 0)
    until = min(since + length, HOURS)
    profile[since:until] = size * random.lognormal(0, spread)
    return since, until, not is_first


def _holiday() -> npt.NDArray[np.bool_]:
    return np.isin(HOUR // 24, HOLIDAYS)
