"""What the detector remembers of every series: arrays of a fixed size, one row per series, whatever its age.

Hours are whole hours since 1970 (UTC). A ring keeps the last `RING` hours in slot `hour % RING`; the lessons (what an
hour may teach the baseline once it is old enough) lie in a longer one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

WINDOWS = (1, 3, 6, 24, 72)  # hours summed up: one alone is noisy, three days show a leak
RING = 96  # hours; the longest window, and the hours that quarantine looks back on
LESSONS = 160  # hours; longer than the delay of learning, with room for hours that were not heard
WEEK = 168
WEEKS = 4  # of the same hour of the week; their median forgets one spike
MEMORY = 24  # bursts remembered a series
NEVER = -(10**9)  # an hour long before any

HEAD, CODEC = 8, "zstd"  # a kept state begins with its size
LARGEST = 2**32  # bytes: a hundred thousand series
OTHER_VERSION = "the detector's state is of another version; it is made again from the hours"

NONE = -1  # no alarm; else the window of dollars that gave it, by its place in WINDOWS, or a test beside those:
PRICE, SIZE, STORM = 10, 11, 12
CALM, OPEN, EXPECTED = 0, 1, 2  # no episode; one that was told; one that was recognised and not told
RISE, FALL = 0, 1  # what people say of the one is not said of the other


@dataclass(slots=True)
class State:
    """The arrays; the first axis of each is the series. Only the detector writes them."""

    age: Indices  # hours heard
    mean: Floats  # dollars an hour, lately
    level: Floats  # logarithm of the usual spend, seasons taken out
    season: Floats  # (n, WEEK, WEEKS): what the last weeks added to the level, in this hour of the week
    season_at: Indices  # (n, WEEK, WEEKS): the hour that said so
    season_count: Indices  # (n, WEEK)
    season_mid: Floats  # (n, WEEK): the median of what is known
    daily: Floats  # (n, 2, 24): the same by hour of the day, weekdays and weekends
    daily_count: Floats  # (n, 2, 24)
    errors: Floats  # (n, 3): of the three expectations, lately
    actual: Floats  # (n, RING) dollars
    expected: Floats  # (n, RING) dollars by the best expectation
    weekly: Floats  # (n, RING) dollars by the hour of the week alone
    allowed: Floats  # (n, RING) dollars that a job an hour early or late would explain
    calls: Floats  # (n, RING)
    tokens: Floats  # (n, RING)
    output: Floats  # (n, RING) tokens
    bias: Floats  # (n, 5): mean log ratio by window
    spread: Floats  # (n, 5): its robust standard deviation
    spread_count: Floats
    record: Floats  # (n, 5) dollars: the largest sums of the last weeks, fading
    active: Floats  # share of hours at work
    working_mean: Floats  # dollars of an hour at work
    working_count: Floats
    spent: Floats  # dollars of the last weeks, fading
    unforeseen: Floats  # those of them that no expectation explained
    lower_hours: Indices  # in a row below the usual
    dearer_since: Indices  # hour since which a token costs more than usual, NEVER
    dearer_usd: Floats  # what that cost since
    longer_usd: Floats  # what longer calls cost, since they are longer
    longer_hours: Indices  # of that
    price: Floats  # logarithm of dollars a token
    price_spread: Floats
    price_count: Floats
    size: Floats  # logarithm of tokens a call
    size_spread: Floats  # (n, 2): over 6 and 24 hours
    size_count: Floats
    reply: Floats  # logarithm of output tokens a call
    reply_spread: Floats
    reply_count: Floats
    missed_hours: Indices  # at work expected and not there, since it last came when it was expected
    silent_since: Indices  # hour
    silent_hours: Indices
    silent_usd: Floats  # what they should have cost
    silent_record: Floats
    silent: Flags  # a drop is open
    phase: Indices  # CALM, OPEN, EXPECTED
    opened: Indices  # hour
    cause: Indices  # of the open episode
    quiet: Floats  # hours of usual activity without an excess
    peak: Floats  # dollars of excess of the episode
    peak_hour: Floats  # dollars of excess of its worst hour
    since: Indices  # hour: the first out of line
    until: Indices  # hour after the last out of line
    running: Floats  # (n, 4) since then: dollars, calls, tokens, and the dollars that were usual
    seen: Floats  # (n, 4): the same up to `until`
    score: Floats  # of the alarm: robust standard deviations
    lenient_until: Indices  # hour: after an episode thresholds are raised
    floor_usd: Floats  # (n, 2: RISE, FALL) somebody said that less of this series is too small to hear of
    wary: Floats  # (n, 2) times on what an alarm takes, fading: somebody said that one was none
    confirmed: Flags  # (n, 2) somebody said that the open episode is real: it never becomes the usual level
    record_calm: Floats  # (n, 5): the record before the latest episode
    pages: Floats  # told and over by itself, fading: a noisy series
    price_lately: Floats  # of the open episode's hours
    price_hours: Floats
    burst_at: Indices  # (n, MEMORY) hour
    burst_usd: Floats  # (n, MEMORY) of excess over the time of day
    burst_peak: Floats  # (n, MEMORY) of its dearest hour
    burst_hours: Indices  # (n, MEMORY)
    burst_told: Flags  # (n, MEMORY): somebody was alarmed by it
    burst_count: Indices
    burst_last: Indices  # hour the latest burst was still on
    learned: Indices  # the next hour to learn from
    lesson_y: Floats  # (n, LESSONS), NaN = not heard
    lesson_clock: Indices  # hour of the week on the wall
    lesson_season: Floats
    lesson_spread: Floats
    lesson_weight: Floats
    lesson_age: Floats
    lesson_level: Flags  # may teach the level and the spread
    lesson_daily: Flags  # may teach the hours of the day
    lesson_ratio: Floats  # (n, LESSONS, 5)
    lesson_size: Floats  # (n, LESSONS, 2): logarithm of tokens a call over 6 and 24 hours, NaN = too few calls
    lesson_reply: Floats  # (n, LESSONS): of output tokens a call over 3 hours, NaN = too few

    @classmethod
    def of(cls, count: int, spread: Sequence[float]) -> Self:
        """Series that nothing is known of; `spread` is assumed of them, by window."""
        shapes: dict[str, Any] = {}
        for field in fields(cls):
            extra, fill, kind = SHAPES.get(field.name, ((), 0, float))
            shapes[field.name] = np.full((count, *extra), fill, dtype=kind)
        made = cls(**shapes)
        made.spread[:] = spread
        return made

    @property
    def count(self) -> int:
        """How many series."""
        return len(self.age)

    def grown(self, count: int, spread: Sequence[float]) -> Self:
        """The same, with new series after those that are known, `count` in all."""
        new = type(self).of(count - self.count, spread)
        both = {f.name: np.concatenate([getattr(self, f.name), getattr(new, f.name)]) for f in fields(self)}
        return type(self)(**both)

    def as_bytes(self) -> bytes:
        """To keep; `from_bytes` gives the same state."""
        kept = io.BytesIO()
        np.savez(kept, **{field.name: getattr(self, field.name) for field in fields(self)})
        raw = kept.getvalue()
        # Ten times as fast as zlib's quickest, and smaller: the hour that keeps a state is no slower than others.
        return len(raw).to_bytes(HEAD, "little") + bytes(pa.compress(raw, codec=CODEC, asbytes=True))

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """What `as_bytes` gave. Raises ValueError for what another version kept, and for what is damaged."""
        try:
            size = int.from_bytes(kept[:HEAD], "little")
            # What is damaged may name any size: none is made room for that no state has.
            room = size if size <= LARGEST else 0
            raw = pa.decompress(kept[HEAD:], decompressed_size=room, codec=CODEC, asbytes=True)
            with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
                made = cls(**{field.name: arrays[field.name] for field in fields(cls)})
        except (pa.ArrowException, KeyError, ValueError, OSError, EOFError) as error:
            raise ValueError(OTHER_VERSION) from error
        if any(getattr(made, name).shape[1:] != shape for name, (shape, _, _) in SHAPES.items()):
            raise ValueError(OTHER_VERSION)
        return made


_INT, _BOOL = np.int64, np.bool_
SHAPES: dict[str, tuple[tuple[int, ...], float, type]] = {
    "age": ((), 0, _INT),
    "season": ((WEEK, WEEKS), np.nan, float),
    "season_at": ((WEEK, WEEKS), NEVER, _INT),
    "season_count": ((WEEK,), 0, _INT),
    "season_mid": ((WEEK,), 0, float),
    "daily": ((2, 24), 0, float),
    "daily_count": ((2, 24), 0, float),
    "errors": ((3,), 0.3, float),
    **dict.fromkeys(("actual", "expected", "weekly", "allowed", "calls", "tokens", "output"), ((RING,), 0, float)),
    "bias": ((5,), 0, float),
    "spread": ((5,), 0, float),
    "record": ((5,), 0, float),
    "active": ((), 0.5, float),
    "price_spread": ((), 0.15, float),
    "size_spread": ((2,), 0.15, float),
    "reply_spread": ((), 0.15, float),
    "missed_hours": ((), 0, _INT),
    "silent_since": ((), NEVER, _INT),
    "silent_hours": ((), 0, _INT),
    "silent": ((), 0, _BOOL),
    "phase": ((), CALM, _INT),
    "opened": ((), NEVER, _INT),
    "since": ((), NEVER, _INT),
    "until": ((), NEVER, _INT),
    "running": ((4,), 0, float),
    "seen": ((4,), 0, float),
    "lower_hours": ((), 0, _INT),
    "longer_hours": ((), 0, _INT),
    "dearer_since": ((), NEVER, _INT),
    "cause": ((), 0, _INT),
    "lenient_until": ((), NEVER, _INT),
    "floor_usd": ((2,), 0, float),
    "wary": ((2,), 1, float),
    "confirmed": ((2,), 0, _BOOL),
    "record_calm": ((5,), 0, float),
    "burst_at": ((MEMORY,), NEVER, _INT),
    "burst_usd": ((MEMORY,), 0, float),
    "burst_peak": ((MEMORY,), 0, float),
    "burst_hours": ((MEMORY,), 0, _INT),
    "burst_told": ((MEMORY,), 0, _BOOL),
    "burst_count": ((), 0, _INT),
    "burst_last": ((), NEVER, _INT),
    "learned": ((), NEVER, _INT),
    "lesson_y": ((LESSONS,), np.nan, float),
    **dict.fromkeys(("lesson_season", "lesson_spread", "lesson_weight", "lesson_age"), ((LESSONS,), 0, float)),
    "lesson_clock": ((LESSONS,), 0, _INT),
    "lesson_level": ((LESSONS,), 0, _BOOL),
    "lesson_daily": ((LESSONS,), 0, _BOOL),
    "lesson_ratio": ((LESSONS, 5), 0, float),
    "lesson_size": ((LESSONS, 2), np.nan, float),
    "lesson_reply": ((LESSONS,), np.nan, float),
}
