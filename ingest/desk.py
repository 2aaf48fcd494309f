"""The desk where bodies are read: large ones one at a time, and no more than it will be through with in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from ingest.faults import Busy

# A body larger than this is read on a thread beside the loop, so that other senders are answered meanwhile.
INLINE_BYTES: Final = 64 * 1024
# Who is accepted is to be answered within a second: half of it for the desk, half for the way here and for the disk.
WITHIN_S: Final = 0.5
# What it knows of its own pace counts for so much less with every body that is read.
FADES: Final = 0.8

Judged = TypeVar("Judged")


class Desk:
    """One thread: decoding holds the interpreter anyway, and one large body at a time bounds the memory.

    How many bytes are read in half a second depends on the machine, on what else it does and on what was compressed,
    so it is no setting: it is what the last bodies took. Asked from one event loop only.
    """

    def __init__(self, within_s: float = WITHIN_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode")
        self._within_s = within_s
        self._clock = clock
        self._taken = 0  # bytes of the body that is being read and of those that wait
        self._reading = 0  # bytes of the one
        self._began_s = 0.0  # when it was begun
        self._took_s = 0.0  # the last bodies
        self._read = 0.0  # bytes of the same

    async def judged(self, judge: Callable[[], Judged], size: int) -> Judged:
        """What `judge` makes of a body of `size` bytes; raises `Busy` when it would wait too long for its turn."""
        if size <= INLINE_BYTES:
            return judge()
        if self._taken and self._seconds_until_read(size) > self._within_s:
            raise Busy(f"{self._taken} bytes of requests are to be read before this one; send it again")
        self._taken += size
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, judge, size)
        finally:
            self._taken -= size

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown()

    def _seconds_until_read(self, size: int) -> float:
        if not self._read:
            return 0.0
        pace = self._took_s / self._read
        # One that takes longer than was thought keeps the others no shorter for it.
        passed = min(self._clock() - self._began_s, self._reading * pace)
        return (self._taken + size) * pace - passed

    def _timed(self, judge: Callable[[], Judged], size: int) -> Judged:
        self._began_s, self._reading = self._clock(), size
        try:
            return judge()
        finally:
            self._took_s = FADES * self._took_s + self._clock() - self._began_s
            self._read = FADES * self._read + size
            self._reading = 0
