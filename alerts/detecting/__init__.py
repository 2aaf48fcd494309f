"""The detector of spend out of line: one pass over closed hours, a constant memory per series, no look ahead.

In:   a Panel of hourly sums by series, and a State of what earlier hours taught.
Out:  decisions, hour by hour: an episode opened, goes on, is over; with its dollars and its driver.
Not:  it knows no warehouse, no incident and no message, and never asks what time it is.

The way through: `ticking` takes one hour; `expectation` says what it should cost, `evidence` how far it is off,
`alarms` which tests that passes (of a team or the company with `wholes`, of one model with `models` and `shares`),
`episodes`, `bursts`, `levels` and `drops` what becomes of it, `learning` and `lessons` what the hour teaches, and
`words` what people say of it. Every number it decides by stands in `thresholds`.
"""

from __future__ import annotations

from collections.abc import Iterator

from alerts.detecting.decisions import DOWN, UP, Band, Continued, Decision, Opened, Reading, Resolved, window_of
from alerts.detecting.hours import instant, number
from alerts.detecting.panel import Panel
from alerts.detecting.state import State
from alerts.detecting.thresholds import Thresholds, Window
from alerts.detecting.ticking import tick
from alerts.detecting.words import FALSE_ALARM, INCIDENT, NEW_NORMAL, PLANNED, TOO_SMALL, Word, hear

__all__ = [
    "DOWN",
    "FALSE_ALARM",
    "INCIDENT",
    "NEW_NORMAL",
    "PLANNED",
    "TOO_SMALL",
    "UP",
    "Band",
    "Continued",
    "Decision",
    "Opened",
    "Panel",
    "Reading",
    "Resolved",
    "State",
    "Thresholds",
    "Window",
    "Word",
    "fresh",
    "hear",
    "instant",
    "number",
    "tick",
    "walk",
    "window_of",
]


def fresh(count: int, thresholds: Thresholds) -> State:
    """The memory of so many series of which nothing is known."""
    return State.of(count, thresholds.assumed_spreads)


def walk(panel: Panel, state: State, thresholds: Thresholds, since: int | None = None) -> Iterator[Decision]:
    """Judge the panel's hours in order, from `since` on; the state learns from each before the next is looked at."""
    for at in range(panel.first if since is None else since, panel.end):
        yield from tick(state, panel.hour(at), thresholds)
