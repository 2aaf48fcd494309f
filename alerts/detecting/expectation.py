"""What an hour should cost: the better of what the same hour of other weeks and what this time of day says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alerts.detecting.hours import Hour
from alerts.detecting.state import RING, WEEKS, Flags, Floats, Indices, State
from alerts.detecting.thresholds import Thresholds

BEFORE = 0  # place of the hour before among the neighbours
FEW = 2  # weeks of which one can move the median


@dataclass(frozen=True, slots=True)
class Usual:
    """The expectation of one hour; (n,) unless said."""

    small: Floats  # dollars added before logarithms
    y: Floats  # logarithm of what was spent
    experts: Floats  # (n, 3): by hour of the week, by time of day, their mean; logarithms
    best: Floats  # the one that was nearest lately
    usd: Floats
    has_weeks: Flags  # whether the hour of the week is known


def expect(state: State, hour: Hour, thresholds: Thresholds) -> Usual:
    """The expectation, written into the ring together with what came."""
    rows = np.arange(len(state.age))
    small = np.maximum(thresholds.small_usd, thresholds.small_share * state.mean)
    y = np.log(np.where(hour.heard, hour.cost_usd, 0.0) + small)
    is_first = (state.age == 0) & hour.heard
    # A model that an established workflow never used was expected to cost nothing.
    late = hour.by_model & (state.age[hour.model_of] >= thresholds.cold_hours)
    state.level = np.where(is_first, np.where(late, np.log(small), y), state.level)
    clocks = hour.clocks
    weekly, daily, known = [], [], []
    for near in range(3):
        week_hour, day_hour, weekend = clocks.week_hour[:, near], clocks.day_hour[:, near], clocks.weekend[:, near]
        own, other = state.daily_count[rows, weekend, day_hour] > 0, state.daily_count[rows, 1 - weekend, day_hour] > 0
        by_day = np.where(own, state.daily[rows, weekend, day_hour], 0.0)
        by_day = np.where(~own & other, state.daily[rows, 1 - weekend, day_hour], by_day)
        has, season = state.season_count[rows, week_hour] > 0, state.season_mid[rows, week_hour]
        if near == BEFORE:
            has, season = _of_other_weeks(state, rows, week_hour, hour.at)
        weekly.append(np.where(has, season, by_day))
        daily.append(by_day)
        known.append(has)
    level = state.level
    experts = np.stack([level + weekly[1], level + daily[1], level + 0.5 * (weekly[1] + daily[1])], axis=1)
    choice = np.where(known[1], np.argmin(state.errors, axis=1), 1)
    best = experts[rows, choice]
    usd = np.maximum(np.exp(best) - small, 0.0)
    allowed = usd
    for near in range(3):
        high = level + np.where(known[near], np.maximum(weekly[near], daily[near]), daily[near])
        allowed = np.maximum(allowed, np.exp(high) - small)
    by_week = np.maximum(np.exp(experts[:, 0]) - small, 0.0)
    if hour.by_model.any():
        # A workflow that took on a model costs what its models cost, long before its own level has followed.
        summed = np.bincount(hour.model_of[hour.by_model], weights=usd[hour.by_model], minlength=len(usd))
        allowed, by_week = np.maximum(allowed, summed), np.maximum(by_week, summed)
    slot = hour.at % RING
    for ring, value in (
        (state.actual, hour.cost_usd),
        (state.expected, usd),
        (state.weekly, by_week),
        (state.allowed, allowed),
        (state.calls, hour.calls),
        (state.tokens, hour.tokens),
        (state.output, hour.output),
    ):
        ring[:, slot] = np.where(hour.heard, value, 0.0)
    return Usual(small, y, experts, best, usd, known[1])


def _of_other_weeks(state: State, rows: Indices, week_hour: Indices, at: int) -> tuple[Flags, Floats]:
    """The season of the hour before `at`, while that hour itself is all or half of what is known of its place in the
    week: else a burst would explain its own second hour. A median of three or more it does not move."""
    few = state.season_count[rows, week_hour] <= FEW
    own = state.season_at[rows, week_hour] == at - 1
    weeks = np.where(own & few[:, None], np.nan, state.season[rows, week_hour])
    known: Flags = np.isfinite(weeks).sum(axis=1) > 0
    return known, middle(weeks)


def remember_season(state: State, hour: Hour, rows: Indices, y: Floats) -> None:
    """What this hour added to the level, beside what the weeks before said."""
    week_hour = hour.clocks.week_hour[rows, 1]
    place = state.season_count[rows, week_hour] % WEEKS
    state.season[rows, week_hour, place] = y[rows] - state.level[rows]
    state.season_at[rows, week_hour, place] = hour.at
    state.season_count[rows, week_hour] += 1
    state.season_mid[rows, week_hour] = middle(state.season[rows, week_hour])


def middle(weeks: Floats) -> Floats:
    """The median of what is not NaN along the last axis; 0 where nothing is."""
    ordered = np.sort(weeks, axis=-1)  # NaN goes last
    count = np.isfinite(weeks).sum(axis=-1)
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, weeks.shape[-1] - 1)
    take = np.take_along_axis
    found = 0.5 * (take(ordered, low[..., None], -1) + take(ordered, high[..., None], -1))[..., 0]
    return np.where(count > 0, found, 0.0)
