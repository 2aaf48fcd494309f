"""The desk: large bodies wait for their turn, and are put off when it would come too late."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from ingest import Busy, Refused
from ingest.desk import INLINE_BYTES, Desk

LARGE = INLINE_BYTES + 1
PATIENCE_S = 60


@dataclass
class Bench:
    """A desk with a clock of its own, on which a large body takes a second; two such may be waited for."""

    now_s: float = 0.0
    begun: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.desk = Desk(within_s=2, clock=lambda: self.now_s)

    def takes_a_second(self) -> str:
        self.now_s += 1
        return "read"

    def takes_until_told(self) -> None:
        self.begun.set()
        self.go.wait(PATIENCE_S)

    async def beside(self, size: int, sent: Callable[[], Awaitable[str]]) -> str:
        """What becomes of a request that is sent while a body of `size` bytes is being read."""
        await self.desk.judged(self.takes_a_second, LARGE)
        first = asyncio.create_task(self.desk.judged(self.takes_until_told, size))
        await asyncio.to_thread(self.begun.wait, PATIENCE_S)
        try:
            second = asyncio.ensure_future(sent())
            await asyncio.sleep(0)
        finally:
            self.go.set()
            await first
        return await second


def test_a_large_body_is_put_off_when_those_before_it_take_too_long() -> None:
    bench = Bench()
    with pytest.raises(Busy, match=f"{2 * LARGE} bytes of requests are to be read before this one"):
        asyncio.run(bench.beside(2 * LARGE, lambda: bench.desk.judged(lambda: "read", LARGE)))


def test_it_waits_for_its_turn_when_that_comes_in_time() -> None:
    bench = Bench()
    assert asyncio.run(bench.beside(LARGE, lambda: bench.desk.judged(lambda: "read", LARGE))) == "read"


def test_of_a_body_that_is_being_read_only_the_rest_is_waited_for() -> None:
    bench = Bench()

    async def a_second_later() -> str:
        bench.now_s += 1
        return await bench.desk.judged(lambda: "read", LARGE)

    assert asyncio.run(bench.beside(2 * LARGE, a_second_later)) == "read"


def test_one_that_takes_longer_than_was_thought_lets_no_more_in() -> None:
    bench = Bench()

    async def an_hour_later() -> str:
        bench.now_s += 3600
        return await bench.desk.judged(lambda: "read", 3 * LARGE)

    with pytest.raises(Busy):
        asyncio.run(bench.beside(LARGE, an_hour_later))


def test_a_small_body_never_waits() -> None:
    bench = Bench()
    assert asyncio.run(bench.beside(9 * LARGE, lambda: bench.desk.judged(lambda: "read", 1))) == "read"


def test_the_only_large_body_is_never_too_large() -> None:
    async def case(bench: Bench) -> str:
        await bench.desk.judged(bench.takes_a_second, LARGE)
        return await bench.desk.judged(lambda: "read", 99 * LARGE)

    assert asyncio.run(case(Bench())) == "read"


def test_what_a_refused_body_took_is_known_and_it_makes_room() -> None:
    bench = Bench()

    def cut_short() -> str:
        bench.now_s += 8
        raise Refused("the body is cut short")

    async def case() -> str:
        with pytest.raises(Refused):
            await bench.desk.judged(cut_short, LARGE)
        return await bench.beside(LARGE, lambda: bench.desk.judged(lambda: "read", LARGE))

    with pytest.raises(Busy, match=f"^{LARGE} bytes"):
        asyncio.run(case())
