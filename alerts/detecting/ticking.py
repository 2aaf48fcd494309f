"""One closed hour of every series: expected, weighed, judged, and learned from."""

from __future__ import annotations

from alerts.detecting.alarms import judge
from alerts.detecting.decisions import Decision
from alerts.detecting.drops import drops
from alerts.detecting.episodes import carry_on
from alerts.detecting.hours import Hour
from alerts.detecting.learning import learn
from alerts.detecting.moment import Moment
from alerts.detecting.shares import inherit
from alerts.detecting.state import State
from alerts.detecting.thresholds import Thresholds


def tick(state: State, hour: Hour, thresholds: Thresholds) -> list[Decision]:
    """Judge the hour with what the state knows, and write into it what the hour teaches.

    The state must have seen every earlier hour, in order; what comes later is never looked at.
    """
    inherit(state, hour)
    moment = Moment.of(state, hour, thresholds)
    alarms = judge(moment)
    decisions = carry_on(moment, alarms)
    decisions += drops(moment, alarms)
    learn(moment, alarms)
    return decisions
