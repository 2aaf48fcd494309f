"""Decide which hours are out of line: one closed hour at a time, from history alone.

An hour is compared with the same hour of earlier weeks (`alerts.baseline`). It opens an incident only when three tests
agree over one of a few windows: it is improbable (robust score), it is large (ratio), and it is dear (dollars).
Daylight saving is not followed: hours of the week are UTC hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np

from alerts.baseline import DAY, Expected, Ordinary
from alerts.history import WEEK, Floats, History, Indices, Key
from alerts.reading import FOUR_WEEKS, Reading, read
from alerts.thresholds import Thresholds, Window

CALM_USD = 0.5  # the least spread: where nothing was ever spent, any cent would be infinitely improbable
JITTER = 2  # hours: by so much a job's start moves from one week to the next
AGAIN = (*(week * WEEK for week in range(1, 7)), *(day * DAY for day in range(28, 32)))  # hours: six weeks, or a month


@dataclass(frozen=True, slots=True)
class Episode:
    """An incident as far as the detector needs it: open, or past. Instants are naive UTC hours."""

    key: Key
    opened_at: datetime
    last_seen_at: datetime  # end of the last hour out of line
    resolved_at: datetime | None = None


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
    spans = [_Span.of(episode, rows[episode.key], history, thresholds) for episode in known if episode.key in rows]
    tick = _Tick(history, column, spans, thresholds)
    return (*tick.of_the_open(), *tick.new())


@dataclass(frozen=True, slots=True)
class _Span:
    """An episode in rows and columns."""

    key: Key
    row: int
    opened: int
    seen: int  # the column after the last hour out of line
    resolved: int | None
    adopted: bool

    @classmethod
    def of(cls, episode: Episode, row: int, history: History, thresholds: Thresholds) -> Self:
        opened, seen = history.column(episode.opened_at), history.column(episode.last_seen_at)
        resolved = history.column(episode.resolved_at) if episode.resolved_at else None
        return cls(episode.key, row, opened, seen, resolved, seen - opened >= thresholds.adopt_hours)


@dataclass(frozen=True, slots=True)
class _Tick:
    """One hour being judged."""

    history: History
    column: int
    spans: Sequence[_Span]
    thresholds: Thresholds

    def of_the_open(self) -> Iterable[Decision]:
        """How each open episode goes on."""
        for span in self.spans:
            if span.resolved is None and self.column >= span.seen:
                yield from self._go_on(span)

    def new(self) -> Iterable[Decision]:
        """The series that go out of line with this hour."""
        rows = self._to_judge()
        if not len(rows):
            return
        ordinary = self._ordinary(rows, self.column)
        windows = self.thresholds.windows
        at, hours = (
            np.repeat(np.arange(len(rows)), len(windows)),
            np.tile([window.hours for window in windows], len(rows)),
        )
        actual, expected = self._spent(rows[at], hours), ordinary.expected(at, np.full_like(at, self.column), hours)
        score = _score(actual, expected, self.thresholds.noise)
        out = (expected.samples > 0) & (actual - expected.allowed_usd >= self.thresholds.impact_usd)
        out &= score >= np.tile([window.score for window in windows], len(rows))
        out &= actual >= np.tile([window.ratio for window in windows], len(rows)) * expected.allowed_usd
        out &= self.column + 1 - hours >= self._told(rows)[at]  # what was told once is not told again
        judged: set[int] = set()
        for i in np.flatnonzero(out):
            place, window = int(at[i]), windows[i % len(windows)]
            if place not in judged and self._is_news(ordinary, place, window.hours, float(actual[i])):
                judged.add(place)
                yield from self._open(ordinary, place, window, float(score[i]))

    def _to_judge(self) -> Indices:
        """The series that are old enough, not within an episode, at work, and dear enough for any test to pass."""
        judged = self.column - self._begins() >= self.thresholds.history_hours
        for span in self.spans:
            if span.opened <= self.column and (span.resolved is None or self.column < span.resolved):
                judged[span.row] = False
        longest = np.full(len(judged), max(window.hours for window in self.thresholds.windows))
        judged &= self._spent(np.arange(len(judged)), longest) >= self.thresholds.impact_usd
        return np.flatnonzero(judged & (self.history.cost_usd[:, self.column] > 0))

    def _is_news(self, ordinary: Ordinary, at: int, window: int, actual_usd: float) -> bool:
        """Not the burst that was told a week or a month ago; and of bursts, only one above those of four weeks."""
        told = max((self._told_usd(span, window) for span in self.spans if span.row == ordinary.rows[at]), default=0.0)
        if actual_usd <= self.thresholds.again_ratio * told:
            return False
        hours = ordinary.hours(at, self.column - FOUR_WEEKS)
        cost = self.history.cost_usd[ordinary.rows[at], hours]
        if not cost.sum():
            return True
        top = np.sort(cost)[-max(1, len(cost) // 20) :]
        if top.sum() < self.thresholds.bursty_share * cost.sum():
            return True
        bursts = np.convolve(cost, np.ones(window), "valid") if len(cost) >= window else cost
        return bool(actual_usd >= self.thresholds.burst_ratio * bursts.max())

    def _told_usd(self, span: _Span, window: int) -> float:
        """The most an earlier episode cost in so many hours, when this hour is a week or a month after it."""
        if span.resolved is None or span.adopted or span.opened < 0:
            return 0.0
        early, late = span.opened - JITTER, span.seen + JITTER
        if not any(early <= self.column - back < late for back in AGAIN):
            return 0.0
        bursts = np.convolve(self.history.cost_usd[span.row, span.opened : span.seen], np.ones(window))
        return float(bursts.max())

    def _open(self, ordinary: Ordinary, at: int, window: Window, score: float) -> Iterable[Decision]:
        """From the first hour of the window that is out of line by itself."""
        row = int(ordinary.rows[at])
        columns = np.arange(max(self.column - window.hours + 1, 0), self.column + 1)
        each = ordinary.expected(np.full_like(columns, at), columns, np.ones_like(columns))
        over = self.history.cost_usd[row, columns] >= self.thresholds.hold_ratio * each.allowed_usd
        first = int(columns[np.argmax(over)]) if over.any() else self.column
        before = self._ordinary(np.array([row]), first)
        reading = read(self.history, before, self.column + 1, score=score, window_hours=window.hours)
        if reading:
            yield Opened(self.history.keys[row], reading)

    def _go_on(self, span: _Span) -> Iterable[Decision]:
        if span.adopted:
            yield Resolved(span.key, self.history.hour(self.column), adopted=True)
            return
        # All its hours, and those of its wake, are held against what was usual when it opened.
        before = self._ordinary(np.array([span.row]), span.opened)
        hours = np.array([1, 6])
        expected = before.expected(np.zeros_like(hours), np.full_like(hours, self.column), hours)
        actual = self._spent(np.full_like(hours, span.row), hours)
        above = (actual > 0) & (actual >= self.thresholds.hold_ratio * expected.allowed_usd)
        score = _score(actual, expected, self.thresholds.noise)
        sure = score >= self.thresholds.hold_score
        # A busy series shows it in one hour; a quiet one, where an hour is two or three calls, in six.
        if above[0] and (sure[0] or (above[1] and sure[1])):
            reading = read(self.history, before, self.column + 1, score=float(score[0]), window_hours=1)
            if reading:
                yield Continued(span.key, reading)
        elif self._quiet(before, span):
            yield Resolved(span.key, self.history.hour(self.column + 1), adopted=False)

    def _quiet(self, before: Ordinary, span: _Span) -> bool:
        """Whether the hours since the last one out of line were enough, counted by how much usually happens in them."""
        columns = np.arange(span.seen, self.column + 1)
        if len(columns) >= self.thresholds.quiet_at_most:
            return True
        month = self.history.cost_usd[span.row, before.hours(0, span.opened - FOUR_WEEKS)]
        usual = before.expected(np.zeros_like(columns), columns, np.ones_like(columns)).usual_usd.sum()
        enough = self.thresholds.quiet_hours
        return len(columns) >= enough and bool(usual >= enough * (month.mean() if len(month) else 0.0))

    def _ordinary(self, rows: Indices, column: int) -> Ordinary:
        unfit = [
            (span.row, span.opened, self.column if span.resolved is None else span.seen)
            for span in self.spans
            if not span.adopted
        ]
        return Ordinary.before(self.history, rows, column, unfit, self._begins())

    def _begins(self) -> Indices:
        """An adopted level is a new beginning: nothing before it says what is usual now."""
        begins = self.history.begins.copy()
        for span in self.spans:
            if span.adopted and span.resolved is not None:
                begins[span.row] = max(begins[span.row], span.opened)
        return begins

    def _told(self, rows: Indices) -> Indices:
        """The column up to which an earlier episode tells of a series."""
        told = np.zeros(len(self.history.keys), dtype=np.int64)
        for span in self.spans:
            told[span.row] = max(told[span.row], span.seen)
        return told[rows]

    def _spent(self, rows: Indices, hours: Indices) -> Floats:
        running = self.history.running_usd
        spent: Floats = running[rows, self.column + 1] - running[rows, np.maximum(self.column + 1 - hours, 0)]
        return spent


def _score(actual: Floats, expected: Expected, noise: float) -> Floats:
    """Robust standard deviations above what is allowed."""
    spread = np.hypot(expected.spread_usd, noise * expected.allowed_usd)
    score: Floats = (actual - expected.allowed_usd) / np.maximum(spread, CALM_USD)
    return score
