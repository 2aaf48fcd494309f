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

from alerts.detecting.decisions import DOWN, UP
from alerts.detecting.drops import end_fall
from alerts.detecting.expectation import middle
from alerts.detecting.levels import adopt_hours, forget_echo, take_rates
from alerts.detecting.state import CALM, FALL, LESSONS, NEVER, OPEN, PRICE, RING, RISE, SIZE, Flags, Indices, State
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
    workflow: int = -1  # the row of the workflow, where it was an episode of one of its models

    @property
    def side(self) -> int:
        """The column of what is said of such episodes."""
        return RISE if self.direction == UP else FALL


def hear(state: State, word: Word, at: int, thresholds: Thresholds) -> bool:
    """Learn from a word before the hour `at` is judged; returns whether it ended an episode that went on."""
    row = word.row
    went_on = _went_on(state, word)
    LESSON_OF[word.word](state, word, at, thresholds, went_on)
    ended = went_on and word.word != INCIDENT
    if ended:
        rest = thresholds.lenient_hours if word.word == NEW_NORMAL else thresholds.rest_hours
        state.lenient_until[row] = at + (0 if word.word == PLANNED else rest)
        if word.direction == UP:
            state.phase[row] = CALM
        else:
            end_fall(state, row)
        state.confirmed[row, word.side] = False
        if word.workflow >= 0:
            forget_echo(state, row, word.workflow)
        state.actual[row] = state.expected[row]  # the windows begin anew
    return ended


def _went_on(state: State, word: Word) -> bool:
    row = word.row
    if word.direction == DOWN:
        return bool(state.silent[row] and state.silent_since[row] < word.until)
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
    began = int(state.since[row] if word.direction == UP else state.silent_since[row])
    for usual in (row, word.workflow) if word.workflow >= 0 else (row,):
        adopt_hours(state, usual, began, at, thresholds)


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
        take_rates(state, row, np.arange(since, int(state.until[row])) % RING)
