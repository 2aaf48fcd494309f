"""Ninety days of forty made-up services with labelled incidents, and what must alarm nobody; a seed says which.

A detector is shown `hours` only. `profile` 'hard' has half as much noise again, more blips and gaps, and any time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from rhythms import HOLIDAYS, HOURS, MONDAY, Rhythm, correlated, rhythm

Floats = npt.NDArray[np.float64]

KINDS = ["interactive"] * 14 + ["service"] * 10 + ["nightly"] * 4 + ["weekly"] * 4 + ["monthly"] * 3 + ["sparse"] * 5
TEAMS = ["search", "support", "growth", "platform", "data", "legal", "mobile", "labs"]
USD_PER_MILLION = {"small": (0.5, 2.0), "mid": (3.0, 15.0), "large": (15.0, 75.0)}  # input, output
MATERIAL_USD = 25.0  # an incident of less is nobody's business
MENU = ["runaway", "slow_leak", "retry_storm", "model_swap", "launch", "drop_zero"]
OFTEN = np.array([0.26, 0.17, 0.19, 0.13, 0.13, 0.12])
OFTEN_IN_JOBS = np.array([0.4, 0.1, 0.2, 0.2, 0.1, 0.0])
FOR_GOOD = ("model_swap", "launch")  # told within two days; then they are what is usual


@dataclass(frozen=True)
class Label:
    """An incident as it was made: hours since the Monday it all begins; to be told in [begins, due]."""

    series: int
    kind: str  # of the series
    type: str
    driver: str
    begins: int
    ends: int
    due: int
    excess_usd: float

    @property
    def is_material(self) -> bool:
        return abs(self.excess_usd) >= MATERIAL_USD


@dataclass(frozen=True)
class Calm:
    """Hours that must alarm nobody; `is_scored` False: hours that are nobody's mistake either way."""

    series: int
    begins: int
    ends: int
    is_scored: bool


@dataclass(frozen=True)
class Labelled:
    """A seed's spend: rows with the columns of a back-test's CSV and `hour_at`, and what is known of them."""

    hours: pl.DataFrame
    kinds: tuple[str, ...]
    names: tuple[str, ...]
    labels: tuple[Label, ...]
    calm: tuple[Calm, ...]


@dataclass
class Factors:
    """What incidents multiply, hour by hour."""

    calls: Floats
    tokens_in: Floats
    tokens_out: Floats
    price: Floats
    stopped: npt.NDArray[np.bool_]


def labelled(seed: int, profile: str = "std") -> Labelled:
    frames, labels, calm, names = [], [], [], []
    for place, kind in enumerate(KINDS):
        name = f"s{seed:03d}_{place:03d}"
        frame, of_series, quiet = _series(seed, place, kind, name, hard=profile == "hard")
        frames.append(frame)
        labels += of_series
        calm += quiet
        names.append(name)
    return Labelled(pl.concat(frames), tuple(KINDS), tuple(names), tuple(labels), tuple(calm))


def _series(seed: int, place: int, kind: str, name: str, *, hard: bool) -> tuple[pl.DataFrame, list[Label], list[Calm]]:
    random = np.random.default_rng([seed, place, 8 if hard else 7])
    made = rhythm(random, kind, hard=hard)
    calm = [Calm(place, begins, ends, scored) for begins, ends, scored in made.runs]
    begins = 0
    if (place % 10 == 9 and kind != "sparse") or (kind == "interactive" and place % 7 == 3):
        begins = int(random.integers(15, 45)) * 24 + int(random.integers(0, 24))  # a new workflow
    usd = made.usd
    if kind in ("interactive", "service") and random.random() < (0.6 if hard else 0.35):
        at, length = int(random.integers(16 * 24, HOURS - 48)), int(random.integers(10, 30))
        usd[at : at + length] *= random.uniform(1.2, 1.5)  # a busy day
        calm.append(Calm(place, at, at + length, is_scored=True))
    model = str(random.choice(["small", "mid", "large"], p=[0.35, 0.45, 0.2]))
    size = float(np.exp(random.normal(7.5, 0.8))), float(np.exp(random.normal(5.8, 0.6)))
    price = USD_PER_MILLION[model]
    calls_expected = usd / ((size[0] * price[0] + size[1] * price[1]) / 1e6)
    planned = _plan(random, made, kind, first=max(14 * 24, begins + 8 * 24))
    factors = Factors(np.ones(HOURS), np.ones(HOURS), np.ones(HOURS), np.ones(HOURS), np.zeros(HOURS, bool))
    happened = [_happen(random, each, calls_expected, factors) for each in planned]
    calls, tokens_in, tokens_out = _usage(random, calls_expected, size, factors)
    cost = (tokens_in * price[0] + tokens_out * price[1]) / 1e6 * factors.price
    labels, clean = [], usd
    for (type_, since, until, due), (driver, times) in zip(planned, happened, strict=True):
        excess = float((cost[since:due] - clean[since:due]).sum())
        labels.append(Label(place, kind, type_, driver, since, until, due, excess))
        if type_ in FOR_GOOD:
            clean = clean.copy()
            clean[since:] = clean[since:] * times
    missing, gap = _missing(random, labels, begins, hard=hard)
    calm += [Calm(place, *gap, is_scored=True)] if gap else []
    calm += [Calm(place, begins, min(begins + 7 * 24, HOURS), is_scored=False)] if begins else []
    calm += [Calm(place, day * 24, day * 24 + 24, is_scored=True) for day in HOLIDAYS]
    kept = np.flatnonzero(~missing)
    swapped = np.zeros(HOURS, bool)
    for label in labels:
        swapped[label.begins : label.ends] |= label.type == "model_swap"
    frame = pl.DataFrame(
        {
            "series_id": [name] * len(kept),
            "team": [TEAMS[place % len(TEAMS)]] * len(kept),
            "workflow": [f"wf{place:02d}"] * len(kept),
            "model": np.where(swapped, "frontier", model)[kept].tolist(),
            "hour_at": [MONDAY + timedelta(hours=int(hour)) for hour in kept],
            "calls": calls[kept].astype(np.int64).astype(np.float64),
            "input_tokens": tokens_in[kept],
            "output_tokens": tokens_out[kept],
            "cost_usd": np.round(cost[kept], 6),
        }
    )
    return frame, labels, calm


def _plan(random: np.random.Generator, made: Rhythm, kind: str, first: int) -> list[tuple[str, int, int, int]]:
    """(type, begins, ends, due) of the series' incidents, far enough apart to be told apart."""
    planned: list[tuple[str, int, int, int]] = []
    count = int(random.choice([0, 1, 2, 3], p=[0.2, 0.38, 0.3, 0.12]))
    often = OFTEN if kind in ("interactive", "service") else OFTEN_IN_JOBS
    active = made.profile > 0.05
    for _ in range(count):
        type_ = str(random.choice(MENU, p=often / often.sum()))
        for _attempt in range(40):
            since = int(random.integers(first, HOURS - 30))
            at_work = made.profile[since] > 0.25 * np.median(made.profile[active]) if active.any() else True
            if not at_work and type_ != "runaway":
                continue
            until = min(since + _length(random, type_, since), HOURS)
            due = min(since + 48, HOURS) if type_ in FOR_GOOD else until
            if all(due + 96 <= other[1] or since >= other[3] + 96 for other in planned):
                planned.append((type_, since, until, due))
                break
    return sorted(planned, key=lambda each: each[1])


def _length(random: np.random.Generator, type_: str, since: int) -> int:
    # All are drawn whatever the type is: a seed must keep its meaning.
    drawn = {
        "runaway": int(random.integers(1, 9)),
        "slow_leak": 72 + int(random.integers(24, 60)),
        "retry_storm": int(random.integers(3, 13)),
        "drop_zero": int(random.integers(5, 25)),
    }
    return drawn.get(type_, HOURS - since)


def _happen(
    random: np.random.Generator, planned: tuple[str, int, int, int], calls: Floats, factors: Factors
) -> tuple[str, float]:
    """Let an incident happen; gives its driver and by how much it multiplies."""
    type_, since, until, _ = planned
    hours = slice(since, until)
    if type_ == "runaway":
        times, tokens = random.uniform(5, 20), random.uniform(1, 1.8)
        least = 0.5 * np.quantile(calls, 0.75) if (calls > 0).any() else 1  # loops burn money at night too
        calls[hours] = np.maximum(calls[hours], least)
        factors.calls[hours] *= times / tokens
        factors.tokens_in[hours] *= tokens
        factors.tokens_out[hours] *= tokens
        return "calls", times
    if type_ == "retry_storm":
        times = random.uniform(3, 8)
        factors.calls[hours] *= times
        factors.tokens_out[hours] *= random.uniform(0.2, 0.6)
        return "calls", times * 0.75
    if type_ == "slow_leak":
        times = random.uniform(1.8, 2.6)
        return _rise(random, hours, 1 + (times - 1) * np.minimum(np.arange(until - since) / 72, 1), factors, 0.5), times
    if type_ == "model_swap":
        times = random.uniform(3, 5)
        factors.price[hours] *= times
        return "unit_price", times
    if type_ == "launch":
        times = random.uniform(1.8, 4)
        return _rise(random, hours, np.full(until - since, times), factors, 0.3), times
    factors.stopped[hours] = True
    factors.calls[until : min(until + 3, HOURS)] *= random.uniform(1.1, 1.6)
    return "calls", 0.0


def _rise(random: np.random.Generator, hours: slice, by: Floats, factors: Factors, longer: float) -> str:
    if random.random() < longer:
        factors.tokens_in[hours] *= by
        factors.tokens_out[hours] *= by
        return "tokens_per_call"
    factors.calls[hours] *= by
    return "calls"


def _usage(
    random: np.random.Generator, expected: Floats, size: tuple[float, float], factors: Factors
) -> tuple[Floats, Floats, Floats]:
    mean = expected * factors.calls
    mean[factors.stopped] = 0
    many = np.maximum(np.rint(mean + np.sqrt(np.maximum(mean, 0)) * random.normal(0, 1, HOURS)), 0)
    calls = np.where(mean > 50, many, random.poisson(np.minimum(mean, 50)))
    noise = random.normal(0, 1, HOURS) / np.sqrt(np.maximum(calls, 1)) * 0.6
    tokens_in = calls * size[0] * factors.tokens_in * np.exp(noise + correlated(random, HOURS, 0.8, 0.04))
    tokens_out = calls * size[1] * factors.tokens_out * np.exp(noise + correlated(random, HOURS, 0.8, 0.05))
    return calls.astype(np.float64), tokens_in, tokens_out


def _missing(
    random: np.random.Generator, labels: list[Label], begins: int, *, hard: bool
) -> tuple[npt.NDArray[np.bool_], tuple[int, int] | None]:
    """The hours nobody heard of: single ones, those before a series begins, and sometimes most of a day."""
    missing = random.random(HOURS) < (0.01 if hard else 0.004)
    missing[:begins] = True
    if random.random() >= 0.35:
        return missing, None
    since, length = int(random.integers(8 * 24, HOURS - 30)), int(random.integers(4, 25))
    if any(since < label.due + 6 and since + length > label.begins - 6 for label in labels):
        return missing, None
    missing[since : since + length] = True
    return missing, (since, since + length)
