"""What the detector says: an episode opened, goes on, or is over, each with what it cost so far."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from alerts.detecting.drivers import CALLS, TOKENS_PER_CALL, UNIT_PRICE, Usage, split
from alerts.detecting.state import PRICE, RING, SIZE, STORM, WINDOWS, State
from alerts.detecting.thresholds import Thresholds
from warehouse import rounded

NAMED = {PRICE: UNIT_PRICE, SIZE: TOKENS_PER_CALL, STORM: CALLS}  # tests that say so themselves
UP, DOWN = "up", "down"
BAND_BEFORE = 24  # hours
HIGH_RATIO, HIGH_SCORE = 1.5, 3.0  # an hour may be so much above what is allowed, or expected, without being noticed
KNOWN_PRICES, KNOWN_SIZES = 12, 24  # hours of experience from which on they mean something


@dataclass(frozen=True, slots=True)
class Band:
    """What was expected of the hours around, from the hour `since` on; an hour above `high_usd` is out of line."""

    since: int
    expected_usd: tuple[float, ...]
    high_usd: tuple[float, ...]


NO_BAND = Band(0, (), ())


@dataclass(frozen=True, slots=True)
class Reading:
    """What an episode cost from the hour `since` to the hour `until` (exclusive), against what was usual."""

    since: int  # hours since 1970
    until: int
    actual: Usage
    expected: Usage
    last_usd: float  # of its last hour
    last_expected_usd: float
    rising: bool  # the last hour exceeded the usual by more than the hour before it did
    score: float  # robust standard deviations, of the alarm
    test: int
    band: Band = NO_BAND

    @property
    def impact_usd(self) -> float:
        """More than usual, or less: never negative."""
        return abs(self.actual.cost_usd - self.expected.cost_usd)

    @property
    def named_driver(self) -> str | None:
        """The driver that the test which decided is about; None when it is about dollars."""
        return NAMED.get(self.test)

    @property
    def driver(self) -> str:
        """What moved most: calls, tokens a call, or the price of a token."""
        if self.named_driver:
            return self.named_driver
        excess = rounded(Decimal(self.actual.cost_usd - self.expected.cost_usd))
        return split(excess, self.actual, self.expected).main

    def impact_after(self, hours: int) -> float:
        """The impact when the episode is so old, were every hour to come like the last one."""
        left = max(hours - (self.until - self.since), 0)
        return self.impact_usd + left * max(self.last_usd - self.last_expected_usd, 0.0)


@dataclass(frozen=True, slots=True)
class Opened:
    """A series went out of line in the hour `at`."""

    row: int
    at: int
    direction: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Continued:
    """It still is."""

    row: int
    at: int
    direction: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Resolved:
    """It is over: the hours are ordinary again, or the level became the usual one."""

    row: int
    at: int
    direction: str
    since: int
    adopted: bool
    band: Band = NO_BAND


Decision = Opened | Continued | Resolved


def window_of(test: int) -> int:
    """The hours a test looks at."""
    return {PRICE: 1, SIZE: 24, STORM: 3}.get(test) or WINDOWS[test]


def begin(state: State, row: int, at: int, *, test: int, score: float, hold: float, thresholds: Thresholds) -> None:
    """Set the sums of a new episode: from the first hour of the window that is `hold` times what is allowed."""
    window = window_of(test)
    if test == SIZE:
        window = min(max(window, int(state.longer_hours[row])), RING)
    columns = (at - np.arange(window - 1, -1, -1)) % RING
    excess = state.actual[row, columns] - state.allowed[row, columns]
    state.peak_hour[row] = max(excess.max(), 0.0)
    over = state.actual[row, columns] >= hold * state.allowed[row, columns]
    over &= excess >= thresholds.hold_share * state.peak_hour[row]
    columns = columns[int(np.argmax(over)) if over.any() else -1 :]
    state.since[row], state.score[row] = at - len(columns) + 1, score
    grids = (state.actual, state.calls, state.tokens, state.expected)
    state.running[row] = [float(grid[row, columns].sum()) for grid in grids]
    state.seen[row], state.until[row] = state.running[row], at + 1


def band(state: State, row: int, at: int, began: int) -> Band:
    """The band of the hours up to `at`, from a day before the hour `began`; no longer than the ring is."""
    since = max(began - BAND_BEFORE, at - RING + 1)
    slots = np.arange(since, at + 1) % RING
    expected = state.expected[row, slots]
    wide = np.maximum(HIGH_RATIO * state.allowed[row, slots], expected * np.exp(HIGH_SCORE * state.spread[row, 0]))
    return Band(since, tuple(expected.tolist()), tuple(wide.tolist()))


def reading(state: State, row: int, at: int) -> Reading:
    """An open episode as it stands. The usual calls and tokens are what the usual spend would have taken."""
    cost, calls, tokens, expected = state.seen[row].tolist()
    last, before = (int(state.until[row]) - 1) % RING, (int(state.until[row]) - 2) % RING
    over = state.actual[row] - state.expected[row]
    return Reading(
        since=int(state.since[row]),
        until=int(state.until[row]),
        actual=Usage(cost, calls, tokens),
        expected=usual_usage(state, row, expected),
        last_usd=state.actual[row, last].item(),
        last_expected_usd=state.expected[row, last].item(),
        rising=bool(over[last] > over[before]),
        score=state.score[row].item(),
        test=int(state.cause[row]),
        band=band(state, row, at, int(state.since[row])),
    )


def usual_usage(state: State, row: int, cost_usd: float) -> Usage:
    """The calls and tokens of so many dollars at the usual price and size; zero where those are unknown."""
    if state.price_count[row] < KNOWN_PRICES or state.size_count[row] < KNOWN_SIZES:
        return Usage(cost_usd, 0.0, 0.0)
    tokens = cost_usd / float(np.exp(state.price[row]))
    return Usage(cost_usd, tokens / float(np.exp(state.size[row])), tokens)
