"""Every number the detector decides by, and why it is that one.

Set by replaying 90 days of generated spend with labelled incidents (`make bench-alerts`, seeds 101 to 106), checked on
other seeds. Ratios are of dollars; scores are robust standard deviations of the ratio's logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from alerts.detecting.state import Floats


@dataclass(frozen=True, slots=True)
class Window:
    """How much the last hours together must exceed what is usual."""

    hours: int
    score: float
    ratio: float
    spread: float  # of the ratio's logarithm, before a series has shown its own


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of them. The dollars are what a deployment sets itself (`spikes` in outlay.toml)."""

    # What an alarm takes
    impact_usd: float = 15.0  # of excess; nobody wants to hear of less, and below it are half of the false alarms
    # One hour alone must be extreme, because single hours are noisy; the longer it lasts the less it takes.
    windows: tuple[Window, ...] = (
        Window(1, 7.0, 4.0, 0.25),
        Window(3, 7.0, 1.75, 0.31),
        Window(6, 3.4, 1.75, 0.19),
        Window(24, 2.4, 1.8, 0.145),
        Window(72, 3.15, 1.4, 0.13),
    )
    # A team, or the company, is steadier than its workflows, so a rise of less is one when many share it (`wholes`).
    whole_windows: tuple[Window, ...] = (
        Window(1, 7.0, 4.0, 0.25),
        Window(3, 6.0, 1.6, 0.31),
        Window(6, 3.4, 1.4, 0.19),
        Window(24, 2.4, 1.2, 0.145),
        Window(72, 2.5, 1.15, 0.13),
    )
    whole_usd: float = 3.0  # times impact_usd: it is many people's spend
    whole_most: float = 0.8  # of the excess by one part: then it is that part's to tell
    whole_rest: float = 1.15  # times the usual: so much are the others, without the largest part, out of line too
    # A rise in one of a workflow's models, which is told where the workflow tells nothing (`models`)
    model_unpaid: float = 0.75  # of it at least is more spend of the workflow, and not less of its other models
    model_ratio: float = 1.15  # times the usual of the workflow, and
    model_score: float = 2.0  # spreads of it: where the workflow only wavers, traffic moved
    model_moved: float = 0.05  # of a workflow's day: so much more in some and less in others is a new division
    model_mix: float = 0.5  # of a dearer token's logarithm: where dollars rise by less, models only mix anew
    dear_times: float = 30.0  # of impact_usd; where so much is at stake
    dear_factor: float = 0.8  # this share of the score is enough: missing $500 is worse than a look at nothing
    breadth: float = 0.9  # of a day's hours above the usual: a job's edge fills one, a leak all of them
    above: float = 1.1  # times the usual: what "above" means there
    fresh: float = 1.3  # times what is allowed: a burst that is over is no alarm of three or six hours any more
    prior_hours: float = 68.0  # so much does the assumed spread weigh against the series' own
    small_usd: float = 0.05  # added before logarithms, or
    small_share: float = 0.03  # this share of the mean hour: so that cents do not look like multiples
    # What wakes somebody
    page_usd: float = 200.0  # of impact, now or
    page_hours: int = 6  # within so many hours at this rate: whoever is not woken sees it then anyway
    # How fast the usual follows
    delay_hours: int = 84  # an hour teaches when it is so old: a leak must be seen before it is learned
    quarantine_hours: int = 80  # before an alarm of a day or more: what led to it is no example either
    level_rate: float = 0.0067  # an hour: half of a change of level in four days
    daily_rate: float = 0.14  # a day: a new habit in a week
    spread_rate: float = 0.01
    # Beginning
    cold_hours: int = 72  # nothing is usual before that
    warm_hours: int = 336  # two weeks; until then scores must be
    cold_factor: float = 1.5  # times higher, because a season seen once is hardly known, and ratios
    lenient_ratio: float = 1.25  # times, in logarithms
    # How an episode ends
    hold_ratio: float = 1.3  # times what is allowed: the first hour of the window above it is where it began
    hold_share: float = 0.1  # of the worst hour's excess: an hour of less is not part of it
    close_hours: float = 14.0  # hours of usual activity without an excess until it is over: a night proves nothing,
    at_work: float = 0.15  # so an hour that usually costs less than this share of the mean counts so little
    adopt_hours: int = 29  # what lasts a day and more is a level: told once, and then the usual one, if it is
    adopt_ratio: float = 0.15  # higher still, in logarithms
    lenient_factor: float = 1.56  # on scores, for
    lenient_hours: int = 72  # after a level was adopted: nobody knows it well yet
    rest_hours: int = 12  # and for this long after one that went away: echoes are not news
    noisy_pages: float = 1.47  # told and over by itself, twice in about two weeks:
    noisy_fading: float = 0.998  # an hour
    noisy_share: float = 1.275  # the record learns so much of its peak
    # What people say (`words`)
    wary_factor: float = 1.25  # on scores, after a false alarm, but
    wary_most: float = 2.0  # no more than this: a series is never deaf
    wary_fading: float = 0.9993  # an hour: half of it is forgotten in six weeks
    # Levels that fall
    lower_ratio: float = 0.78  # of the usual, over a day and three, in nearly all hours, for
    lower_hours: int = 100  # hours in a row: longer than two holidays and a week-end
    # Unit price: dollars a token. It has little noise, so one hour proves it.
    price_score: float = 8.0
    price_ratio: float = 1.4  # less is the mix of input and output
    price_hours: int = 12  # of experience
    price_calls: int = 3  # in the hour; fewer are somebody trying a model
    price_adopt_hours: int = 168  # a change that cost less than impact_usd in so many hours is nobody's business
    # Tokens a call, over 6 hours or a day
    size_score: float = 4.4
    size_ratio: float = 1.326
    size_slow_score: float = 8.0  # as sure as that it may be
    size_slow_ratio: float = 1.2  # so little, when it cost impact_usd since it began
    size_adopt_hours: int = 336  # two weeks of less than impact_usd: it is what a call takes
    size_hours: int = 96  # of experience
    # More calls with shorter replies: what fails is tried again
    storm_ratio: float = 1.34  # of dollars, low because a failed call is cheap
    storm_reply: float = 0.75  # of the usual reply
    storm_score: float = 4.0
    # Work without a timetable
    sparse_active: float = 0.41  # share of hours at work, below which
    sparse_unforeseen: float = 0.5  # and so much of the dollars unforeseen, it is alarming only at
    sparse_factor: float = 4.7  # times the largest sum of the last weeks
    irregular: float = 0.3  # share unforeseen, from which on a short burst must be
    irregular_factor: float = 2.0  # times the record, too
    foreseen: float = 1.9  # times what is allowed: what is below counts as explained
    record_half_life: float = 1200.0  # hours: seven weeks, so that last month's job still stands
    spent_half_life: float = 504.0  # hours: three weeks
    # Bursts that come again
    burst_ratio: float = 3.0  # times what the time of day explains
    burst_share: float = 0.3  # of impact_usd, an hour
    burst_gap: int = 2  # hours without; a longer pause ends a burst
    again_hours: int = 4  # early or late
    again_length: int = 12  # hours of a burst at most that next week's may fill
    again_weeks: int = 9
    again_factor: float = 3.0  # times the remembered dollars: more is news although it was foreseen
    # Silence of a series that should be at work
    drop_hours: int = 5  # shorter ones are deployments
    drop_ratio: float = 0.04  # of the usual
    drop_usd: float = 14.0  # that it should have cost
    drop_record: float = 1.6  # times the longest silence that ended by itself, in dollars
    drop_fleet: float = 0.25  # of the busy series fell together: a holiday, or a provider's outage; no series' fault
    drop_fleet_from: int = 4  # busy series; of fewer nobody can say that they fell together
    drop_given_up_hours: int = 168  # after a week of nothing, nothing is the usual
    drop_active: float = 0.15  # share of hours at work

    @property
    def assumed_spreads(self) -> tuple[float, ...]:
        """Of the windows, before a series has shown its own."""
        return tuple(window.spread for window in self.windows)

    @property
    def log_ratios(self) -> tuple[float, ...]:
        """Of the windows."""
        return tuple(log(window.ratio) for window in self.windows)

    def spreads(self, own: Floats, hours: Floats) -> Floats:
        """By window (n, 5): the series' own spread, tied to the assumed one while its hours (n,) are few."""
        prior = np.array([window.spread for window in self.windows])
        count = hours[:, None]
        tied: Floats = np.sqrt((count * own**2 + self.prior_hours * prior**2) / (count + self.prior_hours))
        return tied
