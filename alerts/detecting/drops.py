"""Series that should be at work and are not: a drop, unless many fell together for one reason."""

from __future__ import annotations

import numpy as np

from alerts.detecting.alarms import Alarms, surprise
from alerts.detecting.decisions import DOWN, Continued, Decision, Opened, Reading, Resolved, band, usual_usage
from alerts.detecting.drivers import Usage
from alerts.detecting.levels import adopt_hours
from alerts.detecting.moment import Moment
from alerts.detecting.state import FALL, WINDOWS, Flags, Floats, State
from alerts.detecting.wholes import are_wholes

SIX_HOURS = WINDOWS.index(6)
FALLEN = -0.6  # logarithm: about half of the usual
AT_WORK_USD = 1.0  # in six hours; below that nobody can say that a series fell


def drops(moment: Moment, alarms: Alarms) -> list[Decision]:
    """The drops that begin, go on and end with the hour."""
    state, hour, usual, thresholds = moment.state, moment.hour, moment.usual, moment.thresholds
    cost = np.where(hour.heard, hour.cost_usd, 0.0)
    # Work in an hour that nobody expected it in is work, too: whoever keeps no timetable is not silent between.
    works = hour.heard & (np.maximum(usual.usd, cost) > 0.1 * state.mean)
    wary, confirmed = state.wary[:, FALL], state.confirmed[:, FALL]
    gone = works & (cost <= thresholds.drop_ratio / wary * usual.usd)
    back = works & ~gone & (cost > 0.3 * usual.usd)
    told = state.silent
    given_up = told & ~confirmed & (hour.at - state.silent_since >= thresholds.drop_given_up_hours)
    over = given_up | (told & back)
    decisions: list[Decision] = [_over(moment, int(row), adopted=not back[row]) for row in np.flatnonzero(over)]
    quiet_end = back & ~state.silent
    longest = np.maximum(state.silent_record * 0.999, state.silent_usd)
    state.silent_record = np.where(quiet_end, longest, state.silent_record)
    state.missed_hours = np.where(back & (usual.usd > 0.1 * state.mean), 0, state.missed_hours + gone)
    state.silent_since = np.where(gone & (state.silent_hours == 0), hour.at, state.silent_since)
    state.silent_hours = np.where(back, 0, state.silent_hours + gone)
    state.silent_usd = np.where(back, 0.0, state.silent_usd + np.where(gone, usual.usd, 0.0))
    state.silent &= ~back
    for row in np.flatnonzero(given_up & ~back):
        _adopt(moment, int(row))
    state.confirmed[:, FALL] &= state.silent
    state.silent_record = np.where(hour.heard, state.silent_record * 0.9995, state.silent_record)
    decisions += [
        Continued(int(row), hour.at, DOWN, _reading(moment, int(row))) for row in np.flatnonzero(gone & told & ~over)
    ]
    lost = np.maximum(thresholds.drop_usd, state.floor_usd[:, FALL])
    lost = np.maximum(lost, thresholds.drop_record * wary * state.silent_record)
    new = hour.heard & ~state.silent & (state.silent_hours >= thresholds.drop_hours * wary) & (state.silent_usd >= lost)
    new &= (
        ~are_wholes(hour)
        & ~hour.by_model
        & ~alarms.sparse
        & (state.active > thresholds.drop_active)
        & (state.age >= thresholds.warm_hours)
    )
    new &= (surprise(state) < thresholds.irregular) & (_fallen_share(moment)[hour.fleet] < thresholds.drop_fleet)
    state.silent |= new
    return decisions + [Opened(int(row), hour.at, DOWN, _reading(moment, int(row))) for row in np.flatnonzero(new)]


def end_fall(state: State, row: int) -> None:
    """Whatever was missing so far, it is not missed any more."""
    state.silent[row], state.silent_usd[row] = False, 0.0
    state.silent_hours[row] = state.missed_hours[row] = 0


def _adopt(moment: Moment, row: int) -> None:
    """What fell for so long is the level: whatever rises from there is a rise, and what is silent there is no drop."""
    state, after = moment.state, moment.hour.at + 1
    adopt_hours(state, row, int(state.silent_since[row]), after, moment.thresholds)
    state.actual[row] = state.expected[row]  # the windows begin anew
    state.lenient_until[row] = after + moment.thresholds.lenient_hours
    end_fall(state, row)


def _over(moment: Moment, row: int, *, adopted: bool) -> Resolved:
    at, since = moment.hour.at, int(moment.state.silent_since[row])
    return Resolved(row, at, DOWN, since, adopted, band(moment.state, row, at, since))


def _fallen_share(moment: Moment) -> Floats:
    """By fleet: the share of its busy series that fell; when it is large it is a holiday, or a provider's outage."""
    state, hour, evidence = moment.state, moment.hour, moment.evidence
    busy: Flags = hour.heard & ~are_wholes(hour) & ~hour.by_model & (state.age > moment.thresholds.warm_hours)
    busy &= evidence.usual[:, SIX_HOURS] > AT_WORK_USD
    fallen = busy & (evidence.ratio[:, SIX_HOURS] < FALLEN)
    count = np.bincount(hour.fleet, weights=busy)
    share: Floats = np.bincount(hour.fleet, weights=fallen) / np.maximum(count, 1)
    share[count < moment.thresholds.drop_fleet_from] = 0.0
    return share


def _reading(moment: Moment, row: int) -> Reading:
    state = moment.state
    lost = state.silent_usd[row].item()
    usual = moment.usual.usd[row].item()
    cost = moment.hour.cost_usd[row].item()
    return Reading(
        since=int(state.silent_since[row]),
        until=moment.hour.at + 1,
        actual=Usage(0.0, 0.0, 0.0),
        expected=usual_usage(state, row, lost),
        last_usd=usual,
        last_expected_usd=cost,
        rising=True,
        score=float(-moment.evidence.ratio[row, 0] / moment.evidence.spread[row, 0]),
        test=0,
        band=band(state, row, moment.hour.at, int(state.silent_since[row])),
    )
