"""Decide which hours are out of line: one closed hour at a time, from history alone.

An hour is compared with the same hour of earlier weeks (`alerts.baseline`). It opens an incident only when three tests
agree over one of a few windows: it is improbable (robust score), it is large (ratio), and it is dear (dollars).
Daylight saving is not followed: hours of the week are UTC hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from alerts.baseline import WEEK, Expected, Ordinary
from alerts.history import HOUR, Floats, History, Indices, Key
from alerts.reading import FOUR_WEEKS, Reading, read


@dataclass(frozen=True, slots=True)
class Window:
    """How much the last hours together must exceed what is usual."""

    hours: int
    ratio: float
    score: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Every number the detector decides by, and why it is that one."""

    # One hour alone must be extreme, because single hours are noisy; the longer it lasts the less it takes.
    windows: tuple[Window, ...] = (Window(1, 3.0, 6.0), Window(3, 2.0, 5.0), Window(6, 1.8, 5.0), Window(24, 1.6, 4.0))
    impact_usd: float = 15.0  # nobody wants to hear of less; above it half of the false alarms are gone
    history_hours: int = WEEK  # a series younger than a week has no usual yet
    noise: float = 0.12  # even a calm series moves by as much from week to week
    bursty_share: float = 0.35  # a series with so much of its month in one hour of twenty works in bursts, and
    burst_ratio: float = 1.5  # a burst of such a series is news only above the largest of the last four weeks
    hold_ratio: float = 1.5  # an open incident lasts while hours stay above this, lower than what opened it,
    hold_score: float = 3.0  # and this: else noise around the threshold would close and open it by turns
    quiet_hours: float = 8.0  # hours of usual activity without an excess until it is over: a night proves nothing
    quiet_at_most: int = 48  # hours, for a series that works once a week
    adopt_hours: int = WEEK  # what lasted a week is the new level, and not an incident any more
    page_usd: float = 200.0  # accrued or to be expected within a day; measured to keep pages under one a week


@dataclass(frozen=True, slots=True)
class Episode:
    """An incident as far as the detector needs it: open, or past. Instants are naive UTC hours."""

    key: Key
    opened_at: datetime
    last_seen_at: datetime  # end of the last hour out of line
    resolved_at: datetime | None = None

    def adopted(self, thresholds: Thresholds) -> bool:
        """Whether it lasted until its level became the usual one."""
        return self.last_seen_at - self.opened_at >= thresholds.adopt_hours * HOUR


@dataclass(frozen=True, slots=True)
class Opened:
    """A series went out of line."""

    key: Key
    reading: Reading


@dataclass(frozen=True, slots=True)
class Continued:
    """It still is."""

    key: Key
    reading: Reading


@dataclass(frozen=True, slots=True)
class Resolved:
    """It is over: the hours are ordinary again, or the level has become the usual one."""

    key: Key
    resolved_at: datetime
    adopted: bool


Decision = Opened | Continued | Resolved


def decide(
    history: History, hour: datetime, episodes: Iterable[Episode], thresholds: Thresholds
) -> tuple[Decision, ...]:
    """What the closed hour beginning at `hour` (naive UTC) changes; later hours in `history` are not looked at.

    `episodes` are the open ones and those of the last nine weeks; their hours are no part of any baseline. Hours that
    an episode already covers are decided, so asking twice gives nothing new.
    """
    column = history.column(hour)
    known = list(episodes)
    if not 0 <= column < history.width or not history.observed[column]:
        return ()
    rows = {key: row for row, key in enumerate(history.keys)}
    mine = [(rows[episode.key], episode) for episode in known if episode.key in rows]
    tick = _Tick(history, column, mine, thresholds)
    return (*tick.of_the_open(), *tick.new())


@dataclass(frozen=True, slots=True)
class _Tick:
    """One hour being judged."""

    history: History
    column: int
    episodes: Sequence[tuple[int, Episode]]
    thresholds: Thresholds

    def of_the_open(self) -> Iterable[Decision]:
        """How each open episode goes on."""
        for row, episode in self.episodes:
            if episode.resolved_at is None and self.history.hour(self.column) >= episode.last_seen_at:
                yield from self._go_on(row, episode)

    def new(self) -> Iterable[Decision]:
        """The series that go out of line with this hour."""
        rows = self._to_judge()
        if not len(rows):
            return
        ordinary = self._ordinary(rows, self.column)
        at, columns = np.arange(len(rows)), np.full(len(rows), self.column)
        judged: set[int] = set()
        for window in self.thresholds.windows:
            actual, expected = self._spent(rows, window.hours), ordinary.expected(at, columns, window.hours)
            score = _score(actual, expected, self.thresholds.noise)
            out = (expected.samples > 0) & (score >= window.score) & (actual >= window.ratio * expected.allowed_usd)
            out &= actual - expected.allowed_usd >= self.thresholds.impact_usd
            out &= self.column + 1 - window.hours >= self._told(rows)  # what was told once is not told again
            for i in np.flatnonzero(out):
                if i not in judged and self._is_news(ordinary, int(i), window.hours, float(actual[i])):
                    judged.add(int(i))
                    yield from self._open(ordinary, int(i), window, float(score[i]))

    def _to_judge(self) -> Indices:
        """The series that are old enough, not within an episode, at work, and dear enough for any test to pass."""
        hour = self.history.hour(self.column)
        judged = self.column - self._begins() >= self.thresholds.history_hours
        for row, episode in self.episodes:
            if episode.opened_at <= hour and (episode.resolved_at is None or hour < episode.resolved_at):
                judged[row] = False
        longest = max(window.hours for window in self.thresholds.windows)
        judged &= self._spent(np.arange(len(judged)), longest) >= self.thresholds.impact_usd
        return np.flatnonzero(judged & (self.history.cost_usd[:, self.column] > 0))

    def _is_news(self, ordinary: Ordinary, at: int, window: int, actual_usd: float) -> bool:
        """A series that works in bursts must exceed its largest burst of the last four weeks."""
        hours = ordinary.hours(at, self.column - FOUR_WEEKS)
        cost = self.history.cost_usd[ordinary.rows[at], hours]
        if not cost.sum():
            return True
        top = np.sort(cost)[-max(1, len(cost) // 20) :]
        if top.sum() < self.thresholds.bursty_share * cost.sum():
            return True
        bursts = np.convolve(cost, np.ones(window), "valid") if len(cost) >= window else cost
        return bool(actual_usd >= self.thresholds.burst_ratio * bursts.max())

    def _open(self, ordinary: Ordinary, at: int, window: Window, score: float) -> Iterable[Decision]:
        """From the first hour of the window that is out of line by itself."""
        row = int(ordinary.rows[at])
        columns = np.arange(max(self.column - window.hours + 1, 0), self.column + 1)
        each = ordinary.expected(np.full(len(columns), at), columns, 1)
        over = self.history.cost_usd[row, columns] >= self.thresholds.hold_ratio * each.allowed_usd
        first = int(columns[np.argmax(over)]) if over.any() else self.column
        reading = self._read(row, first, score, window.hours)
        if reading:
            yield Opened(self.history.keys[row], reading)

    def _go_on(self, row: int, episode: Episode) -> Iterable[Decision]:
        if episode.adopted(self.thresholds):
            yield Resolved(episode.key, self.history.hour(self.column), adopted=True)
            return
        ordinary = self._ordinary(np.array([row]), self.column)
        held = [self._held(ordinary, hours) for hours in (1, 6)]
        above, scores = held[0][0], [score >= self.thresholds.hold_score for _, score in held]
        # A busy series shows it in one hour; a quiet one, where an hour is two or three calls, in six.
        if above and (scores[0] or (held[1][0] and scores[1])):
            reading = self._read(row, self.history.column(episode.opened_at), held[0][1], 1)
            if reading:
                yield Continued(episode.key, reading)
        elif self._quiet(ordinary, row, self.history.column(episode.last_seen_at)):
            yield Resolved(episode.key, self.history.hour(self.column + 1), adopted=False)

    def _held(self, ordinary: Ordinary, hours: int) -> tuple[bool, float]:
        expected = ordinary.expected(np.array([0]), np.array([self.column]), hours)
        actual = self._spent(ordinary.rows, hours)
        above = actual[0] > 0 and actual[0] >= self.thresholds.hold_ratio * expected.allowed_usd[0]
        return bool(above), float(_score(actual, expected, self.thresholds.noise)[0])

    def _quiet(self, ordinary: Ordinary, row: int, since: int) -> bool:
        """Whether the hours since the last one out of line were enough, counted by how much usually happens in them."""
        columns = np.arange(since, self.column + 1)
        if len(columns) >= self.thresholds.quiet_at_most:
            return True
        month = self.history.cost_usd[row, ordinary.hours(0, self.column - FOUR_WEEKS)]
        usual = ordinary.expected(np.zeros(len(columns), dtype=np.int64), columns, 1).usual_usd.sum()
        enough = self.thresholds.quiet_hours
        return len(columns) >= enough and bool(usual >= enough * (month.mean() if len(month) else 0.0))

    def _read(self, row: int, since: int, score: float, window_hours: int) -> Reading | None:
        before = self._ordinary(np.array([row]), since)
        return read(self.history, before, since, self.column + 1, score=score, window_hours=window_hours)

    def _ordinary(self, rows: Indices, column: int) -> Ordinary:
        unfit = [
            (row, self.history.column(episode.opened_at), self._ends(episode))
            for row, episode in self.episodes
            if not episode.adopted(self.thresholds)
        ]
        return Ordinary.before(self.history, rows, column, unfit, self._begins())

    def _ends(self, episode: Episode) -> int:
        return self.column if episode.resolved_at is None else self.history.column(episode.last_seen_at)

    def _begins(self) -> Indices:
        """An adopted level is a new beginning: nothing before it says what is usual now."""
        begins = self.history.begins.copy()
        for row, episode in self.episodes:
            if episode.resolved_at is not None and episode.adopted(self.thresholds):
                begins[row] = max(begins[row], self.history.column(episode.opened_at))
        return begins

    def _told(self, rows: Indices) -> Indices:
        """The column up to which an earlier episode tells of a series."""
        told = np.zeros(len(self.history.keys), dtype=np.int64)
        for row, episode in self.episodes:
            told[row] = max(told[row], self.history.column(episode.last_seen_at))
        return told[rows]

    def _spent(self, rows: Indices, hours: int) -> Floats:
        running = self.history.running_usd
        spent: Floats = running[rows, self.column + 1] - running[rows, max(self.column + 1 - hours, 0)]
        return spent


def _score(actual: Floats, expected: Expected, noise: float) -> Floats:
    """Robust standard deviations above what is allowed."""
    spread = np.hypot(expected.spread_usd, noise * expected.allowed_usd)
    score: Floats = (actual - expected.allowed_usd) / np.maximum(spread, 1e-9)
    return score
