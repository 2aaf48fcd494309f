"""How well teams and the company are judged as wholes: rises that many workflows share, and what nobody made happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from labelled_spend import Labelled, labelled
from rhythms import HOURS, MONDAY
from scoring import DAY, FORTNIGHT, LATE

from alerts.detecting import UP, Opened, Thresholds, number, walk
from alerts.spikes.episodes import laid_out, memory_for, numbered
from alerts.spikes.key import Key, with_wholes

MANY = 12  # workflows of a team whose rise is shared
LASTS = 48  # hours
APART = 200  # hours between two shared rises of a team
AMOUNTS = ["cost_usd", "calls", "tokens", "output_tokens"]


@dataclass
class Wholes:
    """Counts of one or more seeds."""

    weeks: float = 0.0
    false: int = 0  # while nothing was made to happen to any of its workflows
    beside: int = 0  # while something was
    made: int = 0
    found: int = 0  # told of the whole
    by_parts: int = 0  # told of some of its workflows alone, because that is much for them

    @property
    def false_a_week(self) -> float:
        return self.false / max(self.weeks, 1e-9)


def calm(seeds: Iterable[int]) -> Wholes:
    """What is told of the eight teams of five workflows, and of the company, that only single workflows moved."""
    counted = Wholes()
    for seed in seeds:
        spend = labelled(seed)
        rows = spend.hours.with_columns((pl.col("input_tokens") + pl.col("output_tokens")).alias("tokens"))
        for key, hour in opened(rows):
            if hour >= FORTNIGHT and key.whole is not None:
                happened = _happened(spend, key, hour)
                counted.beside += happened
                counted.false += not happened
        counted.weeks += (rows["team"].n_unique() + 1) * (HOURS - FORTNIGHT) / 168
    return counted


def shared(seeds: Iterable[int], factor: float) -> Wholes:
    """Two teams of twelve workflows each; all of a team's cost so many times more for two days, twice."""
    counted = Wholes()
    for seed in seeds:
        spend = labelled(seed)
        random = np.random.default_rng([seed, 99])
        places = {name: place for place, name in enumerate(spend.names) if place < 2 * MANY}
        rises = {str(team): random.integers(2 * DAY + FORTNIGHT, HOURS // 2 - LASTS, 2) for team in range(2)}
        begins = {team: [int(first), int(second) + HOURS // 2 - APART] for team, (first, second) in rises.items()}
        rows = spend.hours.filter(pl.col("series_id").is_in(list(places))).with_columns(
            (pl.col("input_tokens") + pl.col("output_tokens")).alias("tokens"),
            (pl.col("series_id").replace_strict(places) // MANY).cast(pl.String).alias("team"),
            ((pl.col("hour_at") - MONDAY).dt.total_hours()).alias("hour"),
        )
        up = pl.any_horizontal(
            (pl.col("team") == team) & (pl.col("hour") >= at) & (pl.col("hour") < at + LASTS)
            for team, hours in begins.items()
            for at in hours
        )
        found = opened(
            rows.with_columns(pl.col("cost_usd", "calls", "tokens") * pl.when(up).then(factor).otherwise(1.0))
        )
        for team, at in ((team, at) for team, hours in begins.items() for at in hours):
            told = [key for key, hour in found if key.team == team and at <= hour <= at + LASTS + LATE]
            whole = any(key.whole is not None for key in told)
            counted.made, counted.found = counted.made + 1, counted.found + whole
            counted.by_parts += bool(told) and not whole
    return counted


def opened(rows: pl.DataFrame) -> list[tuple[Key, int]]:
    """Of whose spend an episode opens, and the hour (since the Monday) whose close tells of it."""
    hours = rows.with_columns(
        pl.col("hour_at").min().over("team", "workflow").alias("begins"), pl.col("output_tokens").cast(pl.Float64)
    ).select("hour_at", "team", "workflow", "begins", *AMOUNTS)
    numbers, keys = numbered(with_wholes(hours), ())
    until = MONDAY + timedelta(hours=HOURS)
    panel = laid_out(numbers, keys, ZoneInfo("UTC"), first=None, until=until, heard_before=[], begun=None)
    thresholds = Thresholds()
    told = walk(panel, memory_for(None, len(keys), thresholds), thresholds)
    return [
        (keys[each.row], each.at - number(MONDAY)) for each in told if isinstance(each, Opened) and each.direction == UP
    ]


def _happened(spend: Labelled, key: Key, hour: int) -> bool:
    """Whether something was made to happen to one of its workflows then, or one was new."""
    teams = dict(zip(*spend.hours.select("series_id", "team").unique().get_columns(), strict=True))
    made = [(label.series, label.begins, label.due) for label in spend.labels]
    made += [(each.series, each.begins, each.ends) for each in spend.calm if not each.is_scored]
    return any(
        begins <= hour <= ends + LATE + DAY and key.team in {None, teams[spend.names[series]]}
        for series, begins, ends in made
    )
