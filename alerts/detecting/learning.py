"""What an hour teaches at once: how active a series is, what its hours of the week look like, what a token costs."""

from __future__ import annotations

import numpy as np

from alerts.detecting.alarms import Alarms, price_changed
from alerts.detecting.expectation import remember_season
from alerts.detecting.lessons import note, take_lessons
from alerts.detecting.models import together
from alerts.detecting.moment import Moment
from alerts.detecting.state import NONE, OPEN, Floats

ROBUST = 1.2533  # mean absolute deviation to standard deviation, of a normal distribution
FEW_HOURS = 48  # until then the mean is a plain one


def learn(moment: Moment, alarms: Alarms) -> None:
    """Take in an hour after it was judged."""
    state, hour, usual = moment.state, moment.hour, moment.usual
    falling = state.silent | (state.missed_hours >= 2)
    frozen = together(hour, (state.phase == OPEN) | (alarms.test != NONE) | falling)
    state.age[hour.heard] += 1
    cost = np.where(hour.heard, hour.cost_usd, 0.0)
    _activity(moment, cost)
    capped = np.where(state.age > FEW_HOURS, np.minimum(cost, 6 * state.mean + 1), cost)
    step = np.maximum(0.004, 1 / np.maximum(state.age, 1))
    calm = hour.heard & (state.phase != OPEN)
    state.mean = np.where(calm, state.mean + step * (capped - state.mean), state.mean)
    weight = _weight(moment, cost)
    note(moment, weight, frozen=frozen, falling=falling)
    remember_season(state, hour, np.flatnonzero(hour.heard & ~falling), usual.y)
    taught = hour.heard & ~frozen & usual.has_weeks
    miss = np.minimum(np.abs(usual.y[:, None] - usual.experts), 2.0) - state.errors
    state.errors = np.where(taught[:, None], state.errors + 0.01 * weight[:, None] * miss, state.errors)
    take_lessons(moment)
    _price(moment)


def _weight(moment: Moment, cost: Floats) -> Floats:
    """Hours teach by what they cost: the cheap ones are the noisy ones."""
    mean = np.maximum(moment.state.mean, 1e-9)
    weight: Floats = np.clip(np.maximum(moment.usual.usd, np.minimum(cost, 3 * mean)) / mean, 0.1, 1.0)
    return weight


def _activity(moment: Moment, cost: Floats) -> None:
    """How often it works, what its largest sums are, and how much of its spend nobody could foresee."""
    state, heard, evidence, thresholds = moment.state, moment.hour.heard, moment.evidence, moment.thresholds
    busy = heard & (cost > 0.1 * state.working_mean)
    state.working_count += busy
    capped = np.where(state.working_count > 10, np.minimum(cost, 6 * state.working_mean + 1), cost)
    step = np.maximum(0.01, 1 / np.maximum(state.working_count, 1))
    state.working_mean = np.where(busy, state.working_mean + step * (capped - state.working_mean), state.working_mean)
    rate = np.maximum(0.005, 1 / np.maximum(state.age, 1))
    state.active = np.where(heard, state.active + rate * (busy - state.active), state.active)
    # One sum cannot raise the record more than fourfold: else one incident would hide the next.
    most = np.minimum(evidence.actual, 4 * np.maximum(state.record, thresholds.impact_usd))
    faded = state.record * 0.5 ** (1 / thresholds.record_half_life)
    state.record = np.where(heard[:, None], np.maximum(faded, most), state.record)
    allowed = cost - evidence.excess[:, 0]
    unforeseen = np.where(cost > thresholds.foreseen * allowed, cost - allowed, 0.0)
    fading = 0.5 ** (1 / thresholds.spent_half_life)
    state.spent = np.where(heard, state.spent * fading + cost, state.spent)
    state.unforeseen = np.where(heard, state.unforeseen * fading + unforeseen, state.unforeseen)


def _price(moment: Moment) -> None:
    """A price is learned at once, because it is exact; one that changed is adopted or alarmed, never averaged in."""
    state, rates = moment.state, moment.rates
    told = moment.hour.heard & rates.price_told & ~price_changed(state, rates, moment.thresholds)
    state.price_count += told
    rate = np.maximum(0.01, 1 / np.maximum(state.price_count, 1))
    width = 4 * np.maximum(state.price_spread, 0.02)
    old = state.price_count > 12
    off = np.where(old, np.clip(rates.price, -width, width), rates.price)
    spread = state.price_spread + rate * (ROBUST * np.abs(off) - state.price_spread)
    state.price_spread = np.where(told & old, spread, state.price_spread)
    state.price = np.where(told, state.price + rate * off, state.price)
