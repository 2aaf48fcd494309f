"""The detector's memory: the same incidents whether an hour came on time, late, or all hours at once in a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import incidents, watch
from warehouse import Warehouse

DAYS = 21
SPIKE_AT = 18 * 24 + 14
HOURS = DAYS * 24
TRIAGE = Service("support", "triage", times(noisy(flat(20), 0.1, seed=1), 6, SPIKE_AT, SPIKE_AT + 5))
CALM = Service("search", "rank", noisy(flat(30), 0.1, seed=2))
NIGHTLY = Service("data", "nightly", lambda hour: 40.0 if hour % 48 == 2 else 0.0)
YOUNG = Service("data", "young", lambda hour: 25.0 if hour >= SPIKE_AT - 90 else 0.0)
ALL = hours_of([TRIAGE, CALM, NIGHTLY, YOUNG], HOURS)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def judge(warehouse: Warehouse, since: int, until: int) -> None:
    since_hour, until_hour = ((MONDAY + hour * HOUR).replace(tzinfo=UTC) for hour in (since, until))
    watch(warehouse, since_hour=since_hour, until_hour=until_hour, channels=["terminal"], now=NOW)


def known(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return incidents(warehouse).rows()


@pytest.fixture(scope="module")
def rebuilt() -> list[tuple[object, ...]]:
    with Warehouse.in_memory() as warehouse:
        fill(warehouse, ALL)
        judge(warehouse, 0, HOURS)
        return known(warehouse)


@pytest.mark.parametrize("step", [1, 7], ids=["hour by hour", "in stretches"])
def test_as_hours_come_is_as_all_at_once(warehouse: Warehouse, rebuilt: list[tuple[object, ...]], step: int) -> None:
    fill(warehouse, ALL)
    begun = SPIKE_AT - 14
    judge(warehouse, 0, begun)
    for hour in range(begun, HOURS, step):
        judge(warehouse, hour, min(hour + step, HOURS))
    assert known(warehouse) == rebuilt


@pytest.mark.parametrize("late", [SPIKE_AT, SPIKE_AT + 2, 15 * 24], ids=["its first hour", "an hour of it", "days ago"])
def test_a_late_hour_is_judged_again_with_all_that_came_after_it(
    warehouse: Warehouse, rebuilt: list[tuple[object, ...]], late: int
) -> None:
    is_late = (pl.col("hour_at") == MONDAY + late * HOUR) & (pl.col("team") == "support")
    fill(warehouse, ALL.filter(~is_late))
    judge(warehouse, 0, HOURS - 24)
    fill(warehouse, ALL.filter(is_late))
    judge(warehouse, HOURS - 24, HOURS)
    told = [{**row, "incident_id": "", "dedup_key": "", "opened_at": ""} for row in incidents(warehouse).to_dicts()]
    names = incidents(warehouse).columns
    whole = [dict(zip(names, row, strict=True)) for row in rebuilt]
    assert told == [{**row, "incident_id": "", "dedup_key": "", "opened_at": ""} for row in whole]


def test_a_memory_that_cannot_be_read_is_made_again(warehouse: Warehouse, rebuilt: list[tuple[object, ...]]) -> None:
    fill(warehouse, ALL)
    judge(warehouse, 0, HOURS - 24)
    with warehouse.transaction() as tx:
        tx.execute("UPDATE detector_states SET state = 'of another version'::BLOB")
    judge(warehouse, HOURS - 24, HOURS)
    assert known(warehouse) == rebuilt


def test_few_memories_are_kept(warehouse: Warehouse) -> None:
    fill(warehouse, ALL)
    judge(warehouse, 0, HOURS)
    kept = warehouse.query("SELECT judged_until FROM detector_states")["judged_until"]
    assert len(kept) == 11
