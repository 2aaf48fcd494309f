"""Episodes of spend: the detector's decisions over closed hours, gathered into what each workflow went through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from alerts.detecting import (
    NEW_NORMAL,
    UP,
    Band,
    Continued,
    Opened,
    Panel,
    Resolved,
    State,
    Thresholds,
    Word,
    fresh,
    hear,
    instant,
    tick,
)
from alerts.detecting import Reading as Detected
from alerts.detecting.state import Flags
from alerts.spikes.key import SERIES, Key, models_of, wholes_of

HOUR = timedelta(hours=1)
NO_BAND = Band(0, (), ())


@dataclass(frozen=True, slots=True)
class Episode:
    """One series out of line, as it stands after the hours that were judged. Instants are naive UTC."""

    key: Key
    since: datetime  # the first hour out of line
    decided_at: datetime  # end of the hour that last said something of it
    detected: Detected | None  # None when the hours judged only ended it
    band: Band
    resolved_at: datetime | None = None
    adopted: bool = False
    direction: str = UP


# Whose episode it is, the first hour of it, and whether spend rose or fell.
Name = tuple[Key, datetime, str]


def numbered(rows: pl.DataFrame, known: Sequence[Key]) -> tuple[pl.DataFrame, tuple[Key, ...]]:
    """The rows with the number of their `series`; series that are known keep theirs, new ones come after, by name."""
    found = [Key(*names) for names in rows.select(SERIES).unique().sort(SERIES).iter_rows()]
    new = [key for key in found if key not in set(known)]
    keys = (*known, *new)
    numbers = pl.DataFrame(
        [(*key.params().values(), number) for number, key in enumerate(keys)],
        schema={**dict.fromkeys(SERIES, pl.String), "series": pl.Int64},
        orient="row",
    )
    return rows.join(numbers, on=SERIES, how="left", nulls_equal=True), keys


def laid_out(
    rows: pl.DataFrame,
    keys: tuple[Key, ...],
    zone: ZoneInfo,
    *,
    first: datetime | None,
    until: datetime,
    heard_before: Sequence[datetime],
    begun: Flags | None,
) -> Panel:
    """The panel of the company's hours: what spent nothing in an hour in which somebody was heard, spent nothing."""
    zones = [zone] * len(keys)
    return Panel.of(
        rows,
        zones,
        keys,
        absent_is_zero=True,
        first=first,
        until=until,
        heard_before=heard_before,
        begun=begun,
        whole_of=wholes_of(keys),
        model_of=models_of(keys),
        heirs=_heirs(rows, len(keys)),
    )


def _heirs(rows: pl.DataFrame, count: int) -> Flags:
    heirs = np.zeros(count, dtype=np.bool_)
    if "is_heir" in rows.columns:
        heirs[rows.filter(pl.col("is_heir"))["series"].to_numpy()] = True
    return heirs


def judged(
    panel: Panel,
    state: State,
    thresholds: Thresholds,
    keep: Callable[[datetime, State], None],
    words: Mapping[int, Sequence[Word]],
) -> dict[Name, Episode]:
    """Walk the panel; give every episode that something was said of. `keep` is handed the state before each hour.

    `words` are what people said, by the hour before which the detector hears them.
    """
    episodes: dict[Name, Episode] = {}
    for at in range(panel.first, panel.end):
        keep(instant(at), state)
        for word in words.get(at, ()):
            if hear(state, word, at, thresholds):
                since = state.since if word.direction == UP else state.silent_since
                name = (_key(panel, word.row), instant(int(since[word.row])), word.direction)
                before = episodes.get(name) or _begun(name, instant(at))
                adopted = word.word == NEW_NORMAL
                episodes[name] = replace(before, decided_at=instant(at), resolved_at=word.said_at, adopted=adopted)
        for decision in tick(state, panel.hour(at), thresholds):
            key = _key(panel, decision.row)
            first = decision.since if isinstance(decision, Resolved) else decision.reading.since
            name = (key, instant(first), decision.direction)
            episodes[name] = _after(episodes.get(name), name, decision)
    keep(instant(panel.end), state)
    return episodes


def _key(panel: Panel, row: int) -> Key:
    key = panel.keys[row]
    if not isinstance(key, Key):
        raise TypeError(f"series {row} is of {key!r}, which is nobody's key")
    return key


def _after(known: Episode | None, name: Name, decision: Opened | Continued | Resolved) -> Episode:
    said_at = instant(decision.at + 1)
    before = known or _begun(name, said_at)
    if isinstance(decision, Resolved):
        band = _joined(before.band, decision.band)
        return replace(before, decided_at=said_at, band=band, resolved_at=said_at, adopted=decision.adopted)
    band = _joined(before.band, decision.reading.band)
    return replace(before, decided_at=said_at, detected=decision.reading, band=band)


def _begun(name: Name, at: datetime) -> Episode:
    key, since, direction = name
    return Episode(key, since, at, None, NO_BAND, direction=direction)


def _joined(before: Band, after: Band) -> Band:
    """What was expected first stands; later hours are added."""
    if not before.expected_usd:
        return after
    told = before.since + len(before.expected_usd) - after.since
    new = max(told, 0)
    return Band(before.since, before.expected_usd + after.expected_usd[new:], before.high_usd + after.high_usd[new:])


def memory_for(known: State | None, count: int, thresholds: Thresholds) -> State:
    """The memory of so many series: what is known of the first ones, and nothing of the others."""
    return known.grown(count, thresholds.assumed_spreads) if known else fresh(count, thresholds)
