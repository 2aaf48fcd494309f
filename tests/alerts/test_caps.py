"""Caps: a task or a user beyond what it may do is told of once, from what was just read, and ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from alerts import Cap, incidents, open_incidents, watch_caps
from alerts.budgets.caps import Capped
from warehouse import Warehouse

ZONE = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PER_TASK = Cap("task", usd=Decimal("5.00"), calls=100, tool_calls=200)
PER_USER = Cap("user", usd=Decimal("50.00"))


def put(warehouse: Warehouse, table: str, row: dict[str, Any]) -> None:
    """A row that names only what matters; what must not be NULL is nothing."""
    shape = warehouse.query(f"PRAGMA table_info('{table}')").select("name", "type", "notnull").rows()
    nothing = {"VARCHAR": "", "BOOLEAN": "true", "DATE": "2026-11-20", "TIMESTAMP": "2026-11-20 12:00:00"}
    told = {name: str(value) for name, value in row.items()}
    told |= {
        name: nothing.get(kind.partition("(")[0], "0") for name, kind, needed in shape if needed and name not in row
    }
    with warehouse.transaction() as tx:
        tx.insert(table, pl.DataFrame([told], schema=dict.fromkeys(told, pl.String)))


def task(warehouse: Warehouse, name: str, *, usd: str, calls: int = 1, tools: int = 0, at: datetime = NOON) -> None:
    """A task as the refresh leaves it, with one more span read of it."""
    span_no = int(warehouse.query("SELECT coalesce(max(span_no), 0) + 1 FROM spans").item())
    stamp = at.replace(tzinfo=None)
    same = {"sender": "", "owner": "", "task_id": name}
    whose = {"team": "support", "workflow": "triage"}
    put(warehouse, "spans", {"span_no": span_no, "trace_id": name, "started_at": stamp, **whose})
    with warehouse.transaction() as tx:
        for table in ("tasks", "task_parts"):
            tx.execute(f"DELETE FROM {table} WHERE task_id = $name", {"name": name})
    done = {"first_at": stamp - timedelta(minutes=20), "last_at": stamp}
    done |= {"calls": calls, "tool_calls": tools, "cost_usd": usd}
    put(warehouse, "task_parts", {**same, **whose, **done, "trace_id": name})
    put(warehouse, "tasks", {**same, **whose, **done})


def call(warehouse: Warehouse, user: str, usd: str, *, at: datetime = NOON, team: str = "support") -> None:
    span_no = int(warehouse.query("SELECT coalesce(max(span_no), 0) + 1 FROM spans").item())
    stamp = at.replace(tzinfo=None)
    put(warehouse, "spans", {"span_no": span_no, "trace_id": f"{span_no}", "started_at": stamp})
    done = {"span_no": span_no, "started_at": stamp, "ended_at": stamp, "user_id": user, "team": team}
    put(warehouse, "calls", {**done, "cost_usd": usd, "billed": "true"})


def looked(warehouse: Warehouse, *caps: Cap, after: int | None = 0, now: datetime = NOON) -> Capped:
    return watch_caps(warehouse, caps, looked=after, zone=ZONE, channels=["terminal"], now=now, links="http://o")


def told(warehouse: Warehouse) -> list[tuple[str, str]]:
    return warehouse.query("SELECT event, subject FROM outbox ORDER BY written_at, event DESC, subject").rows()


@pytest.mark.parametrize(
    ("done", "words"),
    [
        ({"usd": "7.50"}, "spent $7.50, where $5.00 is the cap"),
        ({"usd": "1", "calls": 101}, "made 101 calls, where 100 is the cap"),
        ({"usd": "1", "tools": 1234}, "called tools 1,234 times, where 200 is the cap"),
    ],
)
def test_a_task_beyond_its_cap_pages_with_what_it_did(warehouse: Warehouse, done: dict[str, Any], words: str) -> None:
    task(warehouse, "loop", **done)
    looked(warehouse, PER_TASK)
    assert told(warehouse) == [("trigger", f"[page] support / triage: Task loop {words}")]


def test_a_task_within_its_cap_is_nobody_s_business(warehouse: Warehouse) -> None:
    task(warehouse, "calm", usd="4.99", calls=99, tools=199)
    looked(warehouse, PER_TASK)
    assert told(warehouse) == []


def test_it_is_told_once_however_much_it_goes_on(warehouse: Warehouse) -> None:
    mark: int | None = 0
    for minute in range(10):
        task(warehouse, "loop", usd=f"{4 + minute}", at=NOON + timedelta(minutes=minute))
        mark = looked(warehouse, PER_TASK, after=mark, now=NOON + timedelta(minutes=minute)).looked
    found = open_incidents(warehouse).row(0, named=True)
    assert ([event for event, _ in told(warehouse)], found["actual_usd"]) == (["trigger"], Decimal(13))


def test_a_restart_asks_again_and_tells_nothing_new(warehouse: Warehouse) -> None:
    task(warehouse, "loop", usd="9")
    looked(warehouse, PER_TASK, after=None)
    looked(warehouse, PER_TASK, after=None, now=NOON + timedelta(minutes=1))
    assert len(told(warehouse)) == 1


def test_only_what_was_just_read_is_asked_about(warehouse: Warehouse) -> None:
    task(warehouse, "loop", usd="9")
    assert looked(warehouse, PER_TASK, after=1).opened == 0


def test_what_happened_last_week_wakes_nobody(warehouse: Warehouse) -> None:
    task(warehouse, "loop", usd="9", at=NOON - timedelta(days=7))
    assert looked(warehouse, PER_TASK).opened == 0


def test_a_task_that_falls_quiet_is_over(warehouse: Warehouse) -> None:
    task(warehouse, "loop", usd="9")
    mark = looked(warehouse, PER_TASK).looked
    looked(warehouse, PER_TASK, after=mark, now=NOON + timedelta(hours=1))
    found = incidents(warehouse).row(0, named=True)
    assert (found["state"], [event for event, _ in told(warehouse)]) == ("resolved", ["trigger", "resolve"])


def test_what_is_over_stays_so_until_it_goes_on(warehouse: Warehouse) -> None:
    task(warehouse, "loop", usd="9")
    looked(warehouse, PER_TASK)
    states = []
    for hours, usd in ((2, "9"), (3, "9"), (4, "12")):
        if usd != "9":
            task(warehouse, "loop", usd=usd, at=NOON + timedelta(hours=hours))
        looked(warehouse, PER_TASK, after=None, now=NOON + timedelta(hours=hours))
        states.append((incidents(warehouse)["state"][0], incidents(warehouse)["resolved_at"][0]))
    over = (NOON + timedelta(hours=2)).replace(tzinfo=None)
    assert states == [("resolved", over), ("resolved", over), ("open", None)]


def test_a_cap_is_for_its_team_and_workflow(warehouse: Warehouse) -> None:
    task(warehouse, "loop", usd="9")
    others = [Cap("task", team="search", usd=Decimal(5)), Cap("task", workflow="rank", usd=Decimal(5))]
    assert looked(warehouse, *others).opened == 0


def test_a_user_s_day_is_summed_over_tasks_and_teams(warehouse: Warehouse) -> None:
    call(warehouse, "ada", "30")
    call(warehouse, "ada", "25", team="search")
    call(warehouse, "bob", "45")
    call(warehouse, "bob", "45", at=NOON - timedelta(days=1))
    looked(warehouse, PER_USER)
    assert told(warehouse) == [("trigger", "[page] User ada spent $55.00, where $50.00 is the cap")]


def test_a_user_is_told_of_again_on_another_day(warehouse: Warehouse) -> None:
    for day in range(2):
        at = NOON + timedelta(days=day)
        call(warehouse, "ada", "60", at=at)
        looked(warehouse, PER_USER, now=at)
    assert [event for event, _ in told(warehouse)] == ["trigger", "trigger", "resolve"]


def test_a_hostile_name_stays_on_one_line(warehouse: Warehouse) -> None:
    task(warehouse, "x\n\x1b[31mred", usd="9")
    looked(warehouse, PER_TASK)
    assert "\n" not in told(warehouse)[0][1]
