"""Bursts that come again: a job that runs once a week or once a month is no news the second time."""

from __future__ import annotations

from datetime import date

import numpy as np

from alerts.detecting.evidence import LONG
from alerts.detecting.hours import Clocks
from alerts.detecting.moment import Moment
from alerts.detecting.state import MEMORY, NEVER, OPEN, RING, WEEK, Floats, State
from alerts.detecting.thresholds import Thresholds

A_MONTH_AT_LEAST = 600  # hours: 25 days
ALMOST_A_WEEK = 120  # hours
DAY = 24


def remember_bursts(moment: Moment) -> None:
    """Keep what the time of day does not explain, for as long as it goes on without a pause."""
    state, hour, thresholds = moment.state, moment.hour, moment.thresholds
    cost = np.where(hour.heard, hour.cost_usd, 0.0)
    daily = np.maximum(np.exp(moment.usual.experts[:, 1]) - moment.usual.small, 0.0)
    over, least = cost - daily, thresholds.burst_share * thresholds.impact_usd
    high = hour.heard & (cost > thresholds.burst_ratio * daily) & (over >= least)
    for row in np.flatnonzero(high & (state.age > thresholds.cold_hours)):
        _remember(state, int(row), hour.at, float(over[row]), thresholds)
    for row in np.flatnonzero(hour.heard & (state.age == thresholds.cold_hours)):
        _look_back(state, int(row), hour.at, thresholds)


def _look_back(state: State, row: int, at: int, thresholds: Thresholds) -> None:
    """The bursts of the first days, of which nobody knew then what is usual."""
    since = at - thresholds.cold_hours
    spent = state.actual[row, np.arange(since, at + 1) % RING]
    high = 5 * float(np.median(spent)) + thresholds.burst_share * thresholds.impact_usd
    for place in np.flatnonzero(spent > high):
        _remember(state, row, since + int(place), float(spent[place]), thresholds)


def _remember(state: State, row: int, at: int, usd: float, thresholds: Thresholds) -> None:
    if at - state.burst_last[row] > thresholds.burst_gap + 1:
        place = state.burst_count[row] % MEMORY
        state.burst_at[row, place], state.burst_usd[row, place], state.burst_peak[row, place] = at, 0.0, 0.0
        state.burst_told[row, place] = state.phase[row] == OPEN
        state.burst_count[row] += 1
    place = (state.burst_count[row] - 1) % MEMORY
    state.burst_usd[row, place] += usd
    state.burst_peak[row, place] = max(state.burst_peak[row, place], usd)
    state.burst_hours[row, place] = at - state.burst_at[row, place]
    state.burst_last[row] = at


def current_burst(state: State, row: int, at: int, thresholds: Thresholds) -> int | None:
    """The place of the burst that is on in this hour."""
    on = at - state.burst_last[row] <= thresholds.burst_gap + 1
    return int((state.burst_count[row] - 1) % MEMORY) if on else None


def is_foreseen(moment: Moment, row: int, test: int, excess_usd: float) -> bool:
    """Whether remembered bursts explain an alarm: a week or a month later, and not much larger.

    A burst that somebody was alarmed by explains the next month's, but next week's only when it came twice: two
    incidents a week apart are no timetable.
    """
    state, at, factor = moment.state, moment.hour.at, moment.thresholds.again_factor
    current = current_burst(state, row, at, moment.thresholds)
    usd = peak = 0.0
    told = 0
    for place in range(MEMORY):
        if state.burst_at[row, place] == NEVER or place == current:
            continue
        ago, length = int(at - state.burst_at[row, place]), int(state.burst_hours[row, place])
        monthly = _is_monthly(moment.hour.clocks, row, ago, length, moment.thresholds)
        weekly = test < LONG and _is_weekly(ago, length, moment.thresholds)
        told += bool(weekly and not monthly and state.burst_told[row, place])
        if monthly or (weekly and (not state.burst_told[row, place] or told > 1)):
            usd = max(usd, state.burst_usd[row, place].item())
            peak = max(peak, float(state.burst_peak[row, place]))
    if current is None:
        return excess_usd <= factor * usd
    return bool(state.burst_usd[row, current] <= factor * usd and state.burst_peak[row, current] <= factor * peak)


def _is_weekly(ago: int, length: int, thresholds: Thresholds) -> bool:
    within = min(length, thresholds.again_length) + 2 * thresholds.again_hours
    recent = ALMOST_A_WEEK < ago < thresholds.again_weeks * WEEK + DAY
    return recent and (ago + thresholds.again_hours) % WEEK <= within


def _is_monthly(clocks: Clocks, row: int, ago: int, length: int, thresholds: Thresholds) -> bool:
    """On the same day of the month by the wall's calendar; hours of a clock change aside."""
    if ago <= A_MONTH_AT_LEAST:
        return False
    today, clock = int(clocks.date[row]), int(clocks.day_hour[row, 1])
    day, then = divmod(today * DAY + clock - ago, DAY)
    for over in (-1, 0, 1):  # it may run past midnight, or begin before it
        same = date.fromordinal(today - over).day == date.fromordinal(day).day
        if same and -thresholds.again_hours <= clock + DAY * over - then <= length + thresholds.again_hours:
            return True
    return False


def forget_bursts(state: State, row: int, shift: float, thresholds: Thresholds) -> None:
    """After a level was adopted: earlier bursts are as much larger, and what the episode was is usual from now on.

    What stands out of the new level too is a burst of its own.
    """
    since = state.burst_at[row] >= state.opened[row] - 6
    scale = float(np.exp(max(shift, 0.0)))
    scaled: Floats = np.where(since, 1.0, scale)
    state.burst_usd[row] *= scaled
    state.burst_peak[row] *= scaled
    usual_peak = float(state.expected[row].max() * np.exp(shift))
    state.burst_at[row][since & (state.burst_peak[row] < thresholds.burst_ratio * usual_peak)] = NEVER
