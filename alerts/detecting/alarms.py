"""Which series are out of line in this hour, and by which test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alerts.detecting.evidence import LONG, Rates
from alerts.detecting.models import tell_once
from alerts.detecting.moment import Moment
from alerts.detecting.state import CALM, NONE, OPEN, PRICE, RISE, SIZE, STORM, WEEK, Flags, Floats, Indices, State
from alerts.detecting.thresholds import Thresholds
from alerts.detecting.wholes import are_wholes, inside_out, is_shared

SPARSE_WINDOWS = 4


@dataclass(frozen=True, slots=True)
class Alarms:
    """(n,): the test that gave the alarm (NONE), the dollars of excess it saw, and whether the series is sparse."""

    test: Indices
    excess_usd: Floats
    sparse: Flags


def judge(moment: Moment) -> Alarms:
    """The alarms of an hour."""
    state, hour, evidence, thresholds = moment.state, moment.hour, moment.evidence, moment.thresholds
    lenient, wholes = hour.at < state.lenient_until, are_wholes(hour)
    # What is usual of a model is as well known as of its workflow: what was never used there cost nothing.
    age = np.where(hour.by_model, state.age[hour.model_of], state.age)
    score = np.where(age < thresholds.warm_hours, thresholds.cold_factor, 1.0)
    score = score * np.where(lenient, thresholds.lenient_factor, 1.0) * state.wary[:, RISE]
    least_of_wholes = thresholds.whole_usd * thresholds.impact_usd
    floor = np.maximum(floor_usd(state, thresholds), np.where(wholes, least_of_wholes, 0.0))
    wider = np.where(score > 1, thresholds.lenient_ratio, 1.0)
    sparse = is_sparse(state, thresholds)
    irregular = surprise(state) > thresholds.irregular
    test = np.full(len(score), NONE, dtype=np.int64)
    for i, (window, whole) in reversed(list(enumerate(zip(thresholds.windows, thresholds.whole_windows, strict=True)))):
        out = (age >= thresholds.cold_hours) & (evidence.excess[:, i] >= floor)
        dear = np.where(
            evidence.excess[:, i] >= thresholds.dear_times * thresholds.impact_usd, thresholds.dear_factor, 1.0
        )
        least = np.where(wholes, whole.score, window.score) * score * dear
        out &= evidence.corrected[:, i] >= least * evidence.spread[:, i]
        out &= evidence.corrected[:, i] >= np.log(np.where(wholes, whole.ratio, window.ratio)) * wider
        if i < LONG:
            now, allowed = evidence.actual[:, 0], evidence.actual[:, 0] - evidence.excess[:, 0]
            out &= now > thresholds.fresh * allowed
            out &= ~irregular | (evidence.actual[:, i] >= thresholds.irregular_factor * state.record[:, i])
        else:
            out &= (age >= WEEK) & (evidence.breadth >= thresholds.breadth)
        test[out] = i
    test[sparse] = NONE
    for i in reversed(range(SPARSE_WINDOWS)):
        most = thresholds.sparse_factor * np.maximum(state.record[:, i], floor)
        test[sparse & (state.age >= thresholds.warm_hours) & (evidence.actual[:, i] >= most)] = i
    excess = evidence.excess[:, :LONG].max(axis=1)
    day = evidence.excess[np.arange(len(test)), np.clip(test, 0, 4)]
    excess = np.where(test >= LONG, day, excess)
    by_window = test >= 0
    beside = np.full(len(test), NONE, dtype=np.int64)
    beside[_longer(moment) & ~lenient & ~by_window] = SIZE
    beside[_storm(moment) & ~lenient & ~by_window] = STORM
    beside[_dearer(moment) & ~lenient] = PRICE
    beside[wholes] = NONE  # a sum's price is a mix of its parts'
    excess = np.where(beside >= 0, np.maximum(excess, thresholds.impact_usd), excess)
    test = np.where(beside >= 0, beside, test)
    tell_once(moment, test, floor)
    by_model = np.zeros(len(test), dtype=np.bool_)
    by_model[hour.model_of[hour.by_model & ((state.phase == OPEN) | (test != NONE))]] = True
    for row in inside_out(hour, wholes & (test != NONE)):
        untold = (state.phase == CALM) & (test == NONE) & ~by_model
        if not is_shared(moment, row, int(test[row]), untold):
            test[row] = NONE
    return Alarms(np.where(hour.heard, test, NONE), excess, sparse)


def floor_usd(state: State, thresholds: Thresholds) -> Floats:
    """Dollars of excess below which nobody wants to hear of a series."""
    floor: Floats = np.maximum(thresholds.impact_usd, state.floor_usd[:, RISE])
    return floor


def surprise(state: State) -> Floats:
    """The share of a series' dollars that no expectation explained."""
    share: Floats = state.unforeseen / np.maximum(state.spent, 1e-9)
    return share


def is_sparse(state: State, thresholds: Thresholds) -> Flags:
    """Works seldom, and neither the hour of the week nor the time of day says when."""
    sparse: Flags = (state.active < thresholds.sparse_active) & (surprise(state) > thresholds.sparse_unforeseen)
    return sparse


def price_changed(state: State, rates: Rates, thresholds: Thresholds) -> Flags:
    """A token costs more, or less, than noise explains."""
    sure = np.maximum(thresholds.price_score * np.maximum(state.price_spread, 0.03), np.log(thresholds.price_ratio))
    changed: Flags = rates.price_told & (np.abs(rates.price) >= sure) & (state.price_count >= thresholds.price_hours)
    return changed


def _gain(usd: Floats, change: Floats) -> Floats:
    """The dollars of a sum that a change of price or size made."""
    gain: Floats = usd * (1 - np.exp(-np.maximum(change, 0.0)))
    return gain


def _dearer(moment: Moment) -> Flags:
    """A token costs more: that is no noise, one hour proves it."""
    state, hour, rates, thresholds = moment.state, moment.hour, moment.rates, moment.thresholds
    log_ratio, floor = np.log(thresholds.price_ratio), floor_usd(state, thresholds)
    gain = _gain(np.where(hour.heard, hour.cost_usd, 0.0), rates.price)
    a_day = np.minimum(gain, 3 * state.mean) * 24
    worth = (gain + state.dearer_usd >= floor) | (a_day >= 2 * floor)
    up = (rates.price > 0) & (rates.price_three >= 0.5 * log_ratio)
    dearer: Flags = price_changed(state, rates, thresholds) & up & worth
    return dearer


def _longer(moment: Moment) -> Flags:
    """A call takes more tokens, over six hours or a day."""
    state, evidence, rates, thresholds = moment.state, moment.evidence, moment.rates, moment.thresholds
    log_ratio, floor = np.log(thresholds.size_ratio), floor_usd(state, thresholds)
    known = state.size_count >= thresholds.size_hours
    six = rates.size_six >= np.maximum(
        thresholds.size_score * state.wary[:, RISE] * state.size_spread[:, 0], 1.3 * log_ratio
    )
    six &= (_gain(evidence.actual[:, 2], rates.size_six) >= floor) & (evidence.corrected[:, 2] > 0.1)
    day = rates.size_day >= np.maximum(thresholds.size_score * state.size_spread[:, 1], log_ratio)
    day &= _gain(evidence.actual[:, 3], rates.size_day) >= floor
    slow = _stays_longer(moment) & (state.longer_usd >= floor)
    day = (day | slow) & (evidence.corrected[:, 3] > 0.05)
    longer: Flags = known & (six | day)
    return longer


def _stays_longer(moment: Moment) -> Flags:
    """A little more tokens a call, surely and for days, as after a new prompt; what that cost is added up meanwhile."""
    state, rates, thresholds = moment.state, moment.rates, moment.thresholds
    sure = np.maximum(thresholds.size_slow_score * state.size_spread[:, 1], np.log(thresholds.size_slow_ratio))
    known = rates.size_day_told & (state.size_count >= thresholds.size_hours)
    stays: Flags = known & (rates.size_day >= sure) & (state.phase == CALM)
    usd = _gain(np.where(moment.hour.heard, moment.hour.cost_usd, 0.0), rates.size_day)
    over = (rates.size_day_told & ~stays) | (state.phase != CALM)
    state.longer_usd = np.where(over, 0.0, state.longer_usd + np.where(stays, usd, 0.0))
    return stays


def _storm(moment: Moment) -> Flags:
    """More calls with shorter replies than ever: what fails is tried again."""
    state, evidence, rates, thresholds = moment.state, moment.evidence, moment.rates, moment.thresholds
    known = rates.reply_told & (state.reply_count >= thresholds.size_hours) & (state.age >= WEEK)
    short = rates.reply <= np.minimum(np.log(thresholds.storm_reply), -thresholds.storm_score * state.reply_spread)
    known &= short & (evidence.excess[:, 1] >= floor_usd(state, thresholds))
    storm: Flags = known & (evidence.corrected[:, 1] >= np.log(thresholds.storm_ratio))
    return storm
