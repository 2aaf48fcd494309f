"""What a word of people about an episode teaches at once: it was real, planned, the new normal, too small, no alarm.

A word is heard before the hour it was said in is judged, never earlier: so the same hours and the same words give the
same decisions in every rebuild.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from alerts.detecting.alarms import PRICE, SIZE
from alerts.detecting.bursts import forget_bursts
from alerts.detecting.decisions import DOWN, UP
from alerts.detecting.drops import goes_on
from alerts.detecting.expectation import middle
from alerts.detecting.levels import rescale
from alerts.detecting.state import CALM, FALL, LESSONS, NEVER, OPEN, RING, RISE, Flags, Indices, State
from alerts.detecting.thresholds import Thresholds

INCIDENT: Final = "incident"
PLANNED: Final = "planned"
NEW_NORMAL: Final = "new_normal"
TOO_SMALL: Final = "too_small"
FALSE_ALARM: Final = "false_alarm"
NEAR = 6  # hours: a burst may have begun so much before the episode


@dataclass(frozen=True, slots=True)
class Word:
    """What was said of the episode of one series that lasted from the hour `since` to the hour `until` (exclusive)."""

    row: int
    word: str
    said_at: datetime  # naive UTC
    since: int  # hours since 1970
    until: int
    floor_usd: float = 0.0  # of `too_small`
    direction: str = UP  # of the episode

    @property
    def side(self) -> int:
        """The column of what is said of such episodes."""
        return RISE if self.direction == UP else FALL


def hear(state: State, word: Word, at: int, thresholds: Thresholds) -> bool:
    """Learn from a word before the hour `at` is judged; returns whether it ended an episode that went on."""
    row = word.row
    went_on = _went_on(state, word, at, thresholds)
    LESSON_OF[word.word](state, word, at, thresholds, went_on)
    ended = went_on and word.word != INCIDENT
    if ended:
        rest = thresholds.lenient_hours if word.word == NEW_NORMAL else thresholds.rest_hours
        state.lenient_until[row] = at + (0 if word.word == PLANNED else rest)
        if word.direction == UP:
            state.phase[row] = CALM
        else:
            state.silent[row], state.silent_usd[row] = False, 0.0
            state.silent_hours[row] = state.missed_hours[row] = 0
        state.confirmed[row, word.side] = False
        state.actual[row] = state.expected[row]  # the windows begin anew
    return ended


def _went_on(state: State, word: Word, at: int, thresholds: Thresholds) -> bool:
    row = word.row
    if word.direction == DOWN:
        return bool(goes_on(state, at, thresholds)[row] and state.silent_since[row] < word.until)
    return bool(state.phase[row] == OPEN and state.since[row] < word.until and word.since < state.until[row])


def _was_real(state: State, word: Word, at: int, _thresholds: Thresholds, went_on: bool) -> None:
    """Its hours are no example of anything; it is no timetable, no record and never the usual level."""
    row = word.row
    _set_aside(state, word, at)
    state.burst_at[row][_bursts(state, word)] = NEVER
    state.confirmed[row, word.side] = went_on
    if word.direction == DOWN:
        return
    if state.since[row] == word.since:
        state.record[row] = np.minimum(state.record[row], state.record_calm[row])
    if not went_on:
        state.pages[row] = max(state.pages[row] - 1, 0.0)


def _was_planned(state: State, word: Word, at: int, _thresholds: Thresholds, _went_on: bool) -> None:
    """Its hours are no example; what is usual stays."""
    _set_aside(state, word, at)
    state.burst_at[word.row][_bursts(state, word)] = NEVER


def _is_usual(state: State, word: Word, at: int, thresholds: Thresholds, went_on: bool) -> None:
    """The level of its hours is the usual one from now on; the season stays."""
    if not went_on:
        _was_nothing(state, word, at, thresholds, went_on)
        return
    row = word.row
    began = state.since[row] if word.direction == UP else state.silent_since[row]
    since = max(int(began), at - RING + 1)
    slots = np.arange(since, at) % RING
    cost, usual = state.actual[row, slots].sum(), state.expected[row, slots].sum()
    small = _small(state, row, thresholds, len(slots))
    if word.direction == DOWN:
        # A mean that takes weeks to fade would call the new level nothing, and the old one small.
        state.mean[row] = cost / len(slots)
    shift = float(np.log((cost + _small(state, row, thresholds, len(slots))) / (usual + small)))
    state.level[row] += shift
    new = state.season_at[row] >= since
    state.season[row][new] -= shift
    state.season_mid[row] = middle(state.season[row])
    state.learned[row] = at  # what led here was judged by the old level
    forget_bursts(state, row, shift, thresholds)
    _take_rates(state, row, slots)
    rescale(state, row, shift)


def _is_too_small(state: State, word: Word, at: int, _thresholds: Thresholds, went_on: bool) -> None:
    """Nobody wants to hear of so little of this series."""
    del at
    place = word.row, word.side
    state.floor_usd[place] = np.maximum(state.floor_usd[place], word.floor_usd)
    if went_on:
        _adopt_rates(state, word)


def _was_nothing(state: State, word: Word, at: int, thresholds: Thresholds, went_on: bool) -> None:
    """Its hours are hours as others are, its like may come again, and the next alarm must be surer."""
    row = word.row
    state.wary[row, word.side] = min(state.wary[row, word.side] * thresholds.wary_factor, thresholds.wary_most)
    if word.direction == DOWN and went_on:
        state.silent_record[row] = max(state.silent_record[row], state.silent_usd[row])
    learned = thresholds.noisy_share * state.peak[row] / thresholds.irregular_factor
    if word.direction == UP and state.since[row] == word.since:
        state.record[row] = np.maximum(state.record[row], learned)
    state.burst_told[row][_bursts(state, word)] = False
    places = _lessons(word, at)
    state.lesson_level[row, places] = state.lesson_daily[row, places] = True
    if went_on:
        _adopt_rates(state, word)


LESSON_OF: Final[Mapping[str, Callable[[State, Word, int, Thresholds, bool], None]]] = {
    INCIDENT: _was_real,
    PLANNED: _was_planned,
    NEW_NORMAL: _is_usual,
    TOO_SMALL: _is_too_small,
    FALSE_ALARM: _was_nothing,
}


def _set_aside(state: State, word: Word, at: int) -> None:
    row, places = word.row, _lessons(word, at)
    state.lesson_level[row, places] = state.lesson_daily[row, places] = False
    until = max(word.until, int(state.until[row])) if word.direction == UP else word.until
    within = (state.season_at[row] >= word.since) & (state.season_at[row] < until)
    if within.any():
        state.season[row][within] = np.nan
        state.season_mid[row] = middle(state.season[row])
        # An hour of the week of which nothing is left is not known any more.
        state.season_count[row][np.isnan(state.season[row]).all(axis=1)] = 0


def _lessons(word: Word, at: int) -> Indices:
    """The places of its hours that are still to be learned from."""
    return np.arange(max(word.since, at - LESSONS + 1), min(word.until, at)) % LESSONS


def _bursts(state: State, word: Word) -> Flags:
    began = state.burst_at[word.row]
    burst: Flags = (began >= word.since - NEAR) & (began < word.until) & (word.direction == UP)
    return burst


def _adopt_rates(state: State, word: Word) -> None:
    """A price or a length that gave the alarm is what it is: it must not alarm again in the next hour."""
    row = word.row
    if word.direction == UP and state.cause[row] in {PRICE, SIZE}:
        since = max(int(state.since[row]), int(state.until[row]) - RING + 1)
        _take_rates(state, row, np.arange(since, int(state.until[row])) % RING)


def _small(state: State, row: int, thresholds: Thresholds, hours: int) -> float:
    """Dollars added before logarithms, to a sum of so many hours."""
    return float(max(thresholds.small_usd, thresholds.small_share * state.mean[row]) * np.sqrt(hours))


def _take_rates(state: State, row: int, slots: Indices) -> None:
    cost, calls, tokens, output = (
        float(ring[row, slots].sum()) for ring in (state.actual, state.calls, state.tokens, state.output)
    )
    if cost > 0 and calls > 0 and tokens > 0:
        state.price[row], state.size[row] = np.log(cost / tokens), np.log(tokens / calls)
        if output > 0:
            state.reply[row] = np.log(output / calls)
    state.longer_usd[row] = state.dearer_usd[row] = 0.0
    state.longer_hours[row], state.dearer_since[row] = 0, NEVER
