"""Every number the detector of spikes decides by, and why it is that one."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.history import WEEK


@dataclass(frozen=True, slots=True)
class Window:
    """How much the last hours together must exceed what is usual."""

    hours: int
    ratio: float
    score: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Set by replaying 90 days of generated spend with labelled incidents, and checked on others of the same kind."""

    # One hour alone must be extreme, because single hours are noisy; the longer it lasts the less it takes.
    windows: tuple[Window, ...] = (Window(1, 3.0, 6.0), Window(3, 2.0, 5.0), Window(6, 1.8, 5.0), Window(24, 1.7, 4.0))
    impact_usd: float = 15.0  # nobody wants to hear of less; above it half of the false alarms are gone
    history_hours: int = WEEK  # a series younger than a week has no usual yet
    noise: float = 0.15  # even a calm series moves by as much from week to week
    bursty_share: float = 0.35  # a series with so much of its month in one hour of twenty works in bursts, and
    burst_ratio: float = 2.5  # a burst of such a series is news only above the largest of the last four weeks
    again_ratio: float = 2.0  # what comes again a week or a month later is news only when it is twice as dear
    hold_ratio: float = 1.5  # an open incident lasts while hours stay above this, lower than what opened it,
    hold_score: float = 3.0  # and this: else noise around the threshold would close and open it by turns
    quiet_hours: float = 8.0  # hours of usual activity without an excess until it is over: a night proves nothing
    quiet_at_most: int = 48  # hours, for a series that works once a week
    adopt_hours: int = WEEK  # what lasted a week is the new level, and not an incident any more
    page_usd: float = 200.0  # of impact, now or
    page_hours: int = 6  # within so many hours at this rate: whoever is not woken sees it then anyway
