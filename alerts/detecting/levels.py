"""Levels that change for good: adopted after an episode, with a price nobody minds, or after days below."""

from __future__ import annotations

import numpy as np

from alerts.detecting.alarms import price_changed
from alerts.detecting.bursts import forget_bursts
from alerts.detecting.expectation import middle
from alerts.detecting.moment import Moment
from alerts.detecting.state import CALM, LESSONS, NEVER, RING, WINDOWS, Indices, State
from alerts.detecting.thresholds import Thresholds

DAY_WINDOW = WINDOWS.index(24)
LONGEST_WINDOW = WINDOWS.index(72)


def adopt(moment: Moment, row: int) -> float:
    """Take the last day's level for the usual one; the season stays. Gives the change's logarithm."""
    state, evidence, hour = moment.state, moment.evidence, moment.hour
    small = moment.usual.small[row]
    cost, calls = evidence.actual[row, DAY_WINDOW], evidence.calls[row, DAY_WINDOW]
    tokens, output = evidence.tokens[row, DAY_WINDOW], evidence.output[row, DAY_WINDOW]
    shift = float(np.log((cost + small) / (evidence.usual[row, DAY_WINDOW] + small)))
    state.level[row] += shift
    _correct_season(state, row, int(state.opened[row]), shift)
    if calls > 0 and tokens > 0:
        state.price[row] = np.log((cost + 1e-9) / tokens)
        state.size[row] = np.log(tokens / calls)
        state.reply[row] = np.log(max(output, 1e-9) / calls)
    state.learned[row] = hour.at + 1  # what led here was judged by the old level
    forget_bursts(state, row, shift, moment.thresholds)
    return shift


def move(moment: Moment, row: int, usd: float) -> None:
    """Have so many dollars more of the last day been usual, and as much more of what is still to be learned from."""
    state, usual = moment.state, moment.evidence.usual[row, DAY_WINDOW]
    small = moment.usual.small[row] * np.sqrt(WINDOWS[DAY_WINDOW])
    shift = float(np.log((usual + usd + small) / (usual + small)))
    state.level[row] += shift
    state.lesson_y[row] += shift
    _correct_season(state, row, moment.hour.at - WINDOWS[DAY_WINDOW] + 1, shift)
    state.silent_hours[row] = state.missed_hours[row] = state.lower_hours[row] = 0
    state.silent_usd[row] = 0.0
    rescale(state, row, shift)


def adopt_hours(state: State, row: int, began: int, at: int, thresholds: Thresholds) -> None:
    """Take the level from the hour `began` to the hour `at` (exclusive) for the usual one; the season stays."""
    since = max(began, at - RING + 1)
    slots = np.arange(since, at) % RING
    cost, usual = state.actual[row, slots].sum(), state.expected[row, slots].sum()
    small = _small(state, row, thresholds, len(slots))
    if cost < usual:
        # A mean that takes weeks to fade would call the new level nothing, and the old one small.
        state.mean[row] = cost / len(slots)
    shift = float(np.log((cost + _small(state, row, thresholds, len(slots))) / (usual + small)))
    state.level[row] += shift
    _correct_season(state, row, since, shift)
    state.learned[row] = at  # what led here was judged by the old level
    forget_bursts(state, row, shift, thresholds)
    take_rates(state, row, slots)
    rescale(state, row, shift)


def take_rates(state: State, row: int, slots: Indices) -> None:
    """Take what a call and a token cost in these slots of the ring for what they cost."""
    cost, calls, tokens, output = (
        float(ring[row, slots].sum()) for ring in (state.actual, state.calls, state.tokens, state.output)
    )
    if cost > 0 and calls > 0 and tokens > 0:
        state.price[row], state.size[row] = np.log(cost / tokens), np.log(tokens / calls)
        if output > 0:
            state.reply[row] = np.log(output / calls)
    state.longer_usd[row] = state.dearer_usd[row] = 0.0
    state.longer_hours[row], state.dearer_since[row] = 0, NEVER


def adopt_prices(moment: Moment) -> None:
    """A price that changed without being worth an alarm is the price after some days."""
    state, hour, rates, thresholds = moment.state, moment.hour, moment.rates, moment.thresholds
    changed = price_changed(state, rates, thresholds) & (state.phase == CALM)
    usual = (rates.price_told & ~changed) | (state.phase != CALM)
    # Hours of one or two calls prove no price, but they cost what they cost.
    some = hour.heard & (hour.tokens > 0) & (hour.cost_usd > 0)
    price = np.log(np.where(some, hour.cost_usd, 1.0) / np.where(some, hour.tokens, 1.0)) - state.price
    since = some & (changed | (state.dearer_since != NEVER))
    gain = np.where(since, hour.cost_usd * (1 - np.exp(-np.maximum(price, 0.0))), 0.0)
    state.dearer_usd = np.where(usual, 0.0, state.dearer_usd + gain)
    begun = np.where(changed & (state.dearer_since == NEVER), hour.at, state.dearer_since)
    state.dearer_since = np.where(usual, NEVER, begun)
    for row in np.flatnonzero(changed & (hour.at - state.dearer_since >= thresholds.price_adopt_hours)):
        shift = rates.price[row].item()
        state.dearer_since[row], state.dearer_usd[row] = NEVER, 0.0
        state.price[row] += shift
        state.level[row] += shift
        scale = np.exp(shift)
        for remembered in (state.expected, state.weekly, state.allowed, state.record):
            remembered[row] *= scale
        state.burst_usd[row] *= scale
        state.burst_peak[row] *= scale


def adopt_sizes(moment: Moment) -> None:
    """Longer calls that were not worth an alarm in weeks are what a call takes."""
    state, rates = moment.state, moment.rates
    longer = state.longer_usd > 0
    # The day that led to it, half before and half after the change, is no example of either.
    day = (moment.hour.at - np.arange(1, 25)) % LESSONS
    for row in np.flatnonzero(longer & (state.longer_hours == 0)):
        state.lesson_size[row, day] = np.nan
    state.longer_hours = np.where(longer, state.longer_hours + moment.hour.heard, 0)
    for row in np.flatnonzero(rates.size_day_told & (state.longer_hours >= moment.thresholds.size_adopt_hours)):
        state.size[row] += rates.size_day[row]
        state.longer_usd[row], state.longer_hours[row] = 0.0, 0


def adopt_lower(moment: Moment) -> None:
    """A level that fell for days is the level: whatever rises from there is a rise. Holidays are shorter."""
    state, hour, evidence, thresholds = moment.state, moment.hour, moment.evidence, moment.thresholds
    low = hour.heard & (state.phase == CALM) & (state.age > thresholds.warm_hours) & ~state.silent
    low &= (evidence.ratio[:, DAY_WINDOW:] < np.log(thresholds.lower_ratio)).all(axis=1)
    low &= evidence.lowness >= thresholds.breadth
    state.lower_hours = np.where(low, state.lower_hours + 1, np.where(hour.heard, 0, state.lower_hours))
    for row in np.flatnonzero(state.lower_hours >= thresholds.lower_hours):
        shift = float(evidence.ratio[row, LONGEST_WINDOW])
        state.lower_hours[row] = 0
        state.level[row] += shift
        rescale(state, int(row), shift)
        _correct_season(state, int(row), hour.at - WINDOWS[LONGEST_WINDOW], shift)


def forget_echo(state: State, row: int, workflow: int) -> None:
    """Take what a model spent too much out of its workflow's windows: it was told."""
    echo = np.maximum(state.actual[row] - state.expected[row], 0.0)
    state.actual[workflow] = np.maximum(state.actual[workflow] - echo, 0.0)


def rescale(state: State, row: int, shift: float) -> None:
    """What was expected of the last hours, had the new level been known."""
    for ring in (state.expected, state.weekly, state.allowed):
        ring[row] *= np.exp(shift)


def _small(state: State, row: int, thresholds: Thresholds, hours: int) -> float:
    """Dollars added before logarithms, to a sum of so many hours."""
    return float(max(thresholds.small_usd, thresholds.small_share * state.mean[row]) * np.sqrt(hours))


def _correct_season(state: State, row: int, since: int, shift: float) -> None:
    """Hours of the new level said too much, or too little, about their place in the week."""
    new = state.season_at[row] >= since
    state.season[row][new] -= shift
    state.season_mid[row] = middle(state.season[row])
