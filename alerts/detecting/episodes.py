"""How an alarm becomes one episode: opened once, carried on, recognised as foreseen, over, or adopted."""

from __future__ import annotations

import numpy as np

from alerts.detecting.alarms import Alarms
from alerts.detecting.bursts import current_burst, is_foreseen, remember_bursts
from alerts.detecting.decisions import UP, Continued, Decision, Opened, Resolved, band, begin, reading
from alerts.detecting.evidence import LONG
from alerts.detecting.levels import adopt, adopt_lower, adopt_prices, adopt_sizes, forget_echo, rescale
from alerts.detecting.moment import Moment
from alerts.detecting.shares import adopt_beside, keep_shares
from alerts.detecting.state import CALM, EXPECTED, LESSONS, NONE, OPEN, PRICE, RING, RISE, SIZE, WINDOWS

SHORT_QUARANTINE = 6  # hours before an alarm of few hours
SIX_HOURS = WINDOWS.index(6)
FORGOTTEN = 1.02  # a wariness of less is none
PRICE_HOURS = 6  # over which the price of an episode is averaged


def carry_on(moment: Moment, alarms: Alarms) -> list[Decision]:
    """What the hour changes."""
    state, hour = moment.state, moment.hour
    remember_bursts(moment)
    decisions: list[Decision] = []
    before = state.phase == OPEN
    for row in np.flatnonzero((alarms.test != NONE) & ~before):
        decisions += _alarm(moment, int(row), int(alarms.test[row]), alarms.excess_usd[row].item())
    state.pages *= moment.thresholds.noisy_fading
    faded = 1 + (state.wary - 1) * moment.thresholds.wary_fading
    state.wary = np.where(faded < FORGOTTEN, 1.0, faded)
    for row in np.flatnonzero((state.phase != CALM) & hour.heard):
        decisions += _go_on(moment, int(row), alarms, is_new=not before[row])
    keep_shares(moment)
    adopt_prices(moment)
    adopt_sizes(moment)
    adopt_lower(moment)
    return decisions


def _alarm(moment: Moment, row: int, test: int, excess_usd: float) -> list[Decision]:
    state, at = moment.state, moment.hour.at
    foreseen = test != PRICE and is_foreseen(moment, row, test, excess_usd)
    if state.phase[row] == CALM or not foreseen:
        state.opened[row], state.quiet[row], state.peak[row] = at, 0.0, excess_usd
        state.cause[row], state.price_hours[row] = test, 0
    state.phase[row] = EXPECTED if foreseen else OPEN
    if foreseen:
        return []
    burst = current_burst(state, row, at, moment.thresholds)
    state.record_calm[row] = state.record[row]
    if burst is not None:
        state.burst_told[row, burst] = True
    slow = test == SIZE or LONG <= test < len(WINDOWS)
    back = moment.thresholds.quarantine_hours if slow else SHORT_QUARANTINE
    places = (at - 1 - np.arange(back)) % LESSONS
    state.lesson_level[row, places] = state.lesson_daily[row, places] = False
    window = test if test < len(WINDOWS) else 0
    score = float(moment.evidence.corrected[row, window] / moment.evidence.spread[row, window])
    begin(state, row, at, test=test, score=score, hold=_hold(moment, row), thresholds=moment.thresholds)
    return [Opened(row, at, UP, reading(state, row, at))]


def _go_on(moment: Moment, row: int, alarms: Alarms, *, is_new: bool) -> list[Decision]:
    state, hour, thresholds, evidence = moment.state, moment.hour, moment.thresholds, moment.evidence
    _follow_price(moment, row)
    state.peak[row] = max(state.peak[row], alarms.excess_usd[row])
    one, three, six = thresholds.log_ratios[:3]
    calm = evidence.corrected[row, 0] < 0.5 * one and evidence.corrected[row, 1] < 0.6 * three
    calm = bool(calm and alarms.test[row] == NONE)
    told = state.phase[row] == OPEN
    decisions: list[Decision] = []
    if told and not is_new:
        out = not calm and _is_out(moment, row, int(alarms.test[row]))
        _add_up(moment, row, out=out)
        if out:
            decisions.append(Continued(row, hour.at, UP, reading(state, row, hour.at)))
    at_work = moment.usual.usd[row] >= thresholds.at_work * state.mean[row]
    state.quiet[row] = state.quiet[row] + (1.0 if at_work else thresholds.at_work) if calm else 0.0
    ending = _ending(moment, row, six)
    if ending is None:
        return decisions
    around = band(state, row, hour.at, int(state.since[row]))
    _close(moment, row, adopted=ending, told=bool(told))
    return [*decisions, Resolved(row, hour.at, UP, int(state.since[row]), ending, around)] if told else decisions


def _ending(moment: Moment, row: int, log_ratio: float) -> bool | None:
    """None while it goes on; False when it is over; True when it is so old, and still so high, that it is the level."""
    state, thresholds = moment.state, moment.thresholds
    day, six = moment.evidence.ratio[row, SIX_HOURS + 1], moment.evidence.ratio[row, SIX_HOURS]
    if state.quiet[row] >= thresholds.close_hours and six < 0.6 * log_ratio:
        return False
    age = moment.hour.at - state.opened[row]
    if age < thresholds.adopt_hours or (state.confirmed[row, RISE] and day > thresholds.adopt_ratio):
        return None
    if day <= thresholds.adopt_ratio:
        return False
    return True if six >= thresholds.adopt_ratio or age >= 2 * thresholds.adopt_hours else None


def _follow_price(moment: Moment, row: int) -> None:
    state, rates = moment.state, moment.rates
    if rates.price_told[row]:
        state.price_hours[row] += 1
        now = state.price[row] + rates.price[row]
        state.price_lately[row] += (now - state.price_lately[row]) / min(state.price_hours[row], PRICE_HOURS)


def _is_out(moment: Moment, row: int, test: int) -> bool:
    """Whether the hour is out of line by itself, and not only the windows that still hold earlier ones."""
    state, thresholds, slot = moment.state, moment.thresholds, moment.hour.at % RING
    actual, allowed = state.actual[row, slot], state.allowed[row, slot]
    state.peak_hour[row] = max(state.peak_hour[row], actual - allowed)
    large = actual - allowed >= thresholds.hold_share * state.peak_hour[row]
    return bool(test > SIX_HOURS or (actual >= _hold(moment, row) * allowed and large))


def _hold(moment: Moment, row: int) -> float:
    """Times what is allowed: an hour out of line by itself. A sum is steady, so less is enough."""
    is_whole = row in moment.hour.whole_of
    return moment.thresholds.above if is_whole else moment.thresholds.hold_ratio


def _add_up(moment: Moment, row: int, *, out: bool) -> None:
    """Hours count when they are out of line; others only when another one out of line follows them."""
    state, slot = moment.state, moment.hour.at % RING
    grids = (state.actual, state.calls, state.tokens, state.expected)
    state.running[row] += [float(grid[row, slot]) for grid in grids]
    if out:
        state.seen[row], state.until[row] = state.running[row], moment.hour.at + 1


def _close(moment: Moment, row: int, *, adopted: bool, told: bool) -> None:
    state, thresholds = moment.state, moment.thresholds
    if adopted:
        adopt_beside(moment, row)
        rescale(state, row, adopt(moment, row))
    elif (of := moment.hour.model_of[row]) >= 0:
        forget_echo(state, row, of)
    state.actual[row] = state.expected[row]  # the windows begin anew
    if state.cause[row] == PRICE and state.price_hours[row] >= 2:
        state.price[row] = state.price_lately[row]
    still_longer = moment.rates.size_day[row] > 0.5 * np.log(thresholds.size_slow_ratio)
    if state.cause[row] == SIZE and not adopted and still_longer:
        state.size[row] += moment.rates.size_day[row]  # told once; from now on a call takes so much
    # Somebody who says that it was real does not say that the series is noisy.
    if told and not adopted and not state.confirmed[row, RISE]:
        state.pages[row] += 1
        if state.pages[row] >= thresholds.noisy_pages:
            learned = thresholds.noisy_share * state.peak[row] / thresholds.sparse_factor
            state.record[row] = np.maximum(state.record[row], learned)
    state.phase[row], state.confirmed[row, RISE] = CALM, False
    state.lenient_until[row] = moment.hour.at + (thresholds.lenient_hours if adopted else thresholds.rest_hours)
