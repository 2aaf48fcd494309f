"""Score a detector by incidents: what it told in time, what it told wrongly, and what it missed.

A telling counts when it opens within [begins, due + 2 h] of a material incident. Every other one is false, a second one
for the same incident a duplicate. Not scored: the first fortnight, a job's first run, a series' first week, immaterial
incidents, and the day after any incident.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from labelled_spend import Label, Labelled
from rhythms import HOURS, MONDAY

LATE, DAY, FORTNIGHT = 2, 24, 14 * 24


@dataclass(frozen=True)
class Telling:
    """What a detector told: a series' number, the hour whose close told it, and the driver it named."""

    series: int
    hour: int
    driver: str
    is_page: bool = True


@dataclass
class Score:
    """Counts of one or more seeds."""

    labels: int = 0
    found: int = 0
    false: int = 0
    duplicates: int = 0
    drivers_right: int = 0
    drivers_asked: int = 0
    weeks: float = 0.0
    usd: float = 0.0
    usd_found: float = 0.0
    delays: dict[str, list[int]] = field(default_factory=dict)
    by_type: dict[str, list[int]] = field(default_factory=dict)
    false_by_kind: dict[str, int] = field(default_factory=dict)
    weeks_by_kind: dict[str, float] = field(default_factory=dict)

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.false + self.duplicates, 1)

    @property
    def recall(self) -> float:
        return self.found / max(self.labels, 1)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    @property
    def usd_recall(self) -> float:
        return self.usd_found / max(self.usd, 1e-9)

    @property
    def false_a_week(self) -> float:
        return (self.false + self.duplicates) / max(self.weeks, 1e-9)

    @property
    def drivers(self) -> float:
        return self.drivers_right / max(self.drivers_asked, 1)

    def delay(self, *types: str) -> float:
        """The median hours until told, of incidents that were found; 1 = at the close of the first bad hour."""
        told = [hours for type_, all_hours in self.delays.items() if not types or type_ in types for hours in all_hours]
        return float(np.median(told)) if told else float("nan")


def add(score: Score, spend: Labelled, tellings: Sequence[Telling]) -> None:
    """Score one seed's tellings."""
    ignored = _ignored(spend)
    heard = _heard(spend)
    for series, kind in enumerate(spend.kinds):
        weeks = float((heard[series] & ~ignored[series]).sum() / 168)
        score.weeks += weeks
        score.weeks_by_kind[kind] = score.weeks_by_kind.get(kind, 0.0) + weeks
    material = [label for label in spend.labels if label.is_material and label.begins >= FORTNIGHT]
    for label in material:
        score.labels += 1
        score.usd += abs(label.excess_usd)
        score.by_type.setdefault(label.type, [0, 0])[1] += 1
    found: set[Label] = set()
    for telling in sorted(tellings, key=lambda each: (each.series, each.hour)):
        hit = [label for label in material if label.series == telling.series and _in_time(label, telling.hour)]
        if not hit:
            if not ignored[telling.series, telling.hour]:
                score.false += 1
                kind = spend.kinds[telling.series]
                score.false_by_kind[kind] = score.false_by_kind.get(kind, 0) + 1
        elif hit[-1] in found:
            score.duplicates += 1
        else:
            found.add(hit[-1])
            _count(score, hit[-1], telling)


def _count(score: Score, label: Label, telling: Telling) -> None:
    score.found += 1
    score.usd_found += abs(label.excess_usd)
    score.by_type[label.type][0] += 1
    score.delays.setdefault(label.type, []).append(telling.hour - label.begins + 1)
    score.drivers_asked += 1
    score.drivers_right += telling.driver == label.driver


def _in_time(label: Label, hour: int) -> bool:
    return label.begins <= hour <= label.due + LATE


def _ignored(spend: Labelled) -> npt.NDArray[np.bool_]:
    ignored = np.zeros((len(spend.names), HOURS), bool)
    ignored[:, :FORTNIGHT] = True
    for label in spend.labels:
        since = label.due if label.is_material and label.begins >= FORTNIGHT else label.begins
        ignored[label.series, since : label.due + DAY] = True
    for calm in spend.calm:
        if not calm.is_scored:
            ignored[calm.series, calm.begins : calm.ends + DAY] = True
    return ignored


def _heard(spend: Labelled) -> npt.NDArray[np.bool_]:
    heard = np.zeros((len(spend.names), HOURS), bool)
    numbers = {name: number for number, name in enumerate(spend.names)}
    series = [numbers[name] for name in spend.hours["series_id"]]
    heard[series, [int((at - MONDAY).total_seconds() // 3600) for at in spend.hours["hour_at"]]] = True
    return heard
