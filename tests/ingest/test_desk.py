"""The desk: large bodies wait for their turn, and are put off when it would come too late."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from ingest import Busy, Refused
from ingest.desk import INLINE_BYTES, Desk

LARGE = INLINE_BYTES + 1
PATIENCE_S = 60


async def with_one_being_read(desk: Desk, then: Callable[[], object], *, size: int) -> object:
    """What becomes of a second body of `size` bytes while a first one is being read."""
    go = threading.Event()
    first = asyncio.create_task(desk.judged(lambda: go.wait(PATIENCE_S), LARGE))
    await asyncio.sleep(0)  # it has begun
    second = asyncio.create_task(desk.judged(then, size))
    await asyncio.sleep(0)
    go.set()
    await first
    return await second


async def knowing_its_pace(desk: Desk) -> Desk:
    await desk.judged(lambda: time.sleep(0.001), LARGE)
    return desk


def test_a_large_body_is_put_off_when_those_before_it_take_too_long() -> None:
    async def case() -> None:
        await with_one_being_read(await knowing_its_pace(Desk(within_s=0)), lambda: "read", size=LARGE)

    with pytest.raises(Busy, match=f"{LARGE} bytes of requests are to be read before this one"):
        asyncio.run(case())


def test_it_waits_for_its_turn_when_that_comes_in_time() -> None:
    async def case() -> object:
        return await with_one_being_read(await knowing_its_pace(Desk(within_s=PATIENCE_S)), lambda: "read", size=LARGE)

    assert asyncio.run(case()) == "read"


def test_the_only_large_body_is_never_too_large_and_a_small_one_never_waits() -> None:
    async def case() -> tuple[object, object]:
        desk = await knowing_its_pace(Desk(within_s=0))
        return await desk.judged(lambda: "alone", 100 * LARGE), await with_one_being_read(desk, lambda: "small", size=1)

    assert asyncio.run(case()) == ("alone", "small")


def test_a_body_that_is_refused_makes_room_and_what_it_took_is_known() -> None:
    def refused() -> None:
        time.sleep(0.001)
        raise Refused("the body is cut short")

    async def case() -> object:
        desk = Desk(within_s=0)
        with pytest.raises(Refused):
            await desk.judged(refused, LARGE)
        alone = await desk.judged(lambda: "alone", LARGE)
        with pytest.raises(Busy):
            await with_one_being_read(desk, lambda: "read", size=LARGE)
        return alone

    assert asyncio.run(case()) == "alone"
