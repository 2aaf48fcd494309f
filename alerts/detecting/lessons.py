"""What an hour teaches days later: the level, the time of day, the spread, and what a call takes.

An incident that creeps must be seen before it is learned; so only hours that are four days old, and in which nothing
was out of line, say what is usual.
"""

from __future__ import annotations

import numpy as np

from alerts.detecting.moment import Moment
from alerts.detecting.state import LESSONS, NEVER, OPEN, WEEK, Flags, Floats, Indices, State
from alerts.detecting.thresholds import Thresholds

ROBUST = 1.2533  # mean absolute deviation to standard deviation, of a normal distribution
SATURDAY = 120  # hour of the week
CATCH_UP = 2  # lessons an hour, after hours that were not heard
SLOW, LEAST_SPREAD = 0.01, 0.025
SIZE_RATE = 0.006
TOUGH = 24  # lessons after which outliers are cut


def note(moment: Moment, weight: Floats, *, frozen: Flags, falling: Flags) -> None:
    """Write the hour down, to be learned from later."""
    state, hour, rates = moment.state, moment.hour, moment.rates
    place = hour.at % LESSONS
    state.lesson_y[:, place] = np.where(hour.heard, moment.usual.y, np.nan)
    state.lesson_clock[:, place] = hour.clocks.week_hour[:, 1]
    state.lesson_season[:, place] = moment.usual.best - state.level
    state.lesson_spread[:, place] = moment.evidence.spread[:, 0]
    state.lesson_weight[:, place] = weight
    state.lesson_age[:, place] = state.age
    state.lesson_level[:, place] = ~frozen
    state.lesson_daily[:, place] = ~falling & (state.phase != OPEN)
    state.lesson_ratio[:, place] = moment.evidence.ratio
    # Calls that are longer for good are told of or adopted, never averaged in.
    usual = state.longer_usd <= 0
    state.lesson_size[:, place, 0] = np.where(usual & rates.size_told, rates.size_six + state.size, np.nan)
    state.lesson_size[:, place, 1] = np.where(usual & rates.size_day_told, rates.size_day + state.size, np.nan)
    state.lesson_reply[:, place] = np.where(rates.reply_told, rates.reply + state.reply, np.nan)
    state.learned = np.where((state.learned == NEVER) & hour.heard, hour.at, state.learned)


def take_lessons(moment: Moment) -> None:
    """Learn from the hours that are old enough."""
    state, at, thresholds = moment.state, moment.hour.at, moment.thresholds
    delay = np.minimum(thresholds.delay_hours, state.age / 4)
    for _ in range(CATCH_UP):
        due = (state.learned > NEVER) & (state.learned <= at - delay)
        if due.any():
            _lesson(state, np.flatnonzero(due), at, thresholds)


def _lesson(state: State, rows: Indices, now: int, thresholds: Thresholds) -> None:
    at = state.learned[rows]
    state.learned[rows] += 1
    place = at % LESSONS
    told = np.isfinite(state.lesson_y[rows, place]) & (now - at < LESSONS)
    rows, place = rows[told], place[told]
    _level(state, rows, place, thresholds)
    _time_of_day(state, rows, place, thresholds)
    good = state.lesson_level[rows, place]
    _sizes(state, rows[good], place[good])
    grown = good & (state.lesson_age[rows, place] >= WEEK)
    _spread(state, rows[grown], place[grown], thresholds)


def _level(state: State, rows: Indices, place: Indices, thresholds: Thresholds) -> None:
    width = 3 * state.lesson_spread[rows, place]
    off = np.clip(state.lesson_y[rows, place] - state.level[rows] - state.lesson_season[rows, place], -width, width)
    rate = np.maximum(thresholds.level_rate, 0.5 / np.maximum(state.lesson_age[rows, place], 1))
    good = state.lesson_level[rows, place]
    state.level[rows] += np.where(good, rate * state.lesson_weight[rows, place] * off, 0.0)


def _time_of_day(state: State, rows: Indices, place: Indices, thresholds: Thresholds) -> None:
    clock = state.lesson_clock[rows, place]
    where = (rows, (clock >= SATURDAY).astype(np.int64), clock % 24)
    daily = state.lesson_daily[rows, place]
    count, width = state.daily_count[where], 2.5 * state.lesson_spread[rows, place]
    off = state.lesson_y[rows, place] - state.level[rows] - state.daily[where]
    off = np.where(count >= 3, np.clip(off, -width, width), off)
    state.daily[where] += np.where(daily, np.maximum(thresholds.daily_rate, 1 / (count + 1)) * off, 0.0)
    state.daily_count[where] += daily


def _spread(state: State, rows: Indices, place: Indices, thresholds: Thresholds) -> None:
    weight = state.lesson_weight[rows, place]
    state.spread_count[rows] += weight
    rate = (weight * np.maximum(thresholds.spread_rate, 1 / np.maximum(state.spread_count[rows], 1)))[:, None]
    width = 3.5 * thresholds.spreads(state.spread[rows], state.spread_count[rows])
    off = np.clip(state.lesson_ratio[rows, place] - state.bias[rows], -width, width)
    state.bias[rows] += 0.3 * rate * off
    state.spread[rows] = np.maximum(state.spread[rows] + rate * (ROBUST * np.abs(off) - state.spread[rows]), 0.03)


def _sizes(state: State, rows: Indices, place: Indices) -> None:
    """What a call takes: tokens over 6 and over 24 hours, and the reply."""
    told = np.isfinite(state.lesson_size[rows, place, 0])
    some, slot = rows[told], place[told]
    state.size_count[some] += 1
    tough = (state.size_count[some] > TOUGH)[:, None]
    off = state.lesson_size[some, slot] - state.size[some, None]
    width = 4 * state.size_spread[some]
    off = np.where(tough, np.clip(off, -width, width), off)
    wide = np.maximum(LEAST_SPREAD, state.size_spread[some] + SLOW * (ROBUST * np.abs(off) - state.size_spread[some]))
    state.size_spread[some] = np.where(tough & np.isfinite(off), wide, state.size_spread[some])
    state.size[some] += np.maximum(SIZE_RATE, 1 / state.size_count[some]) * off[:, 0]
    told = np.isfinite(state.lesson_reply[rows, place])
    some, slot = rows[told], place[told]
    state.reply_count[some] += 1
    is_old = state.reply_count[some] > TOUGH
    reply_off = state.lesson_reply[some, slot] - state.reply[some]
    reply_width = 4 * state.reply_spread[some]
    reply_off = np.where(is_old, np.clip(reply_off, -reply_width, reply_width), reply_off)
    reply_wide = state.reply_spread[some] + SLOW * (ROBUST * np.abs(reply_off) - state.reply_spread[some])
    state.reply_spread[some] = np.where(is_old, np.maximum(LEAST_SPREAD, reply_wide), state.reply_spread[some])
    state.reply[some] += np.maximum(SIZE_RATE, 1 / state.reply_count[some]) * reply_off
