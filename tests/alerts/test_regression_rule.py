"""A regression is told once when it opens, goes into the digest, and ends with the version that brought it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from alerts.delivery.dispatch import dispatch
from alerts.delivery.routes import usual_routes
from alerts.rules.regression import regression_rules
from alerts.rules.rule import RulesWatched, watch_rules
from warehouse import Warehouse

NOW = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SAID = "support / answers: with v2 the cost per resolution is $1.30, with v1 it was $1.00 (+30%, 95%: +30 to +30)"


def tasks(warehouse: Warehouse, version: str, usd: str, begun: datetime) -> None:
    """Forty resolved tasks of a prompt version."""
    with warehouse.transaction() as tx:
        shape = tx.query(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'tasks' AND is_nullable = 'NO'"
        )
        kinds = {name: 0 if "INT" in kind or "DECIMAL" in kind else "" for name, kind in shape.iter_rows()}
        told = {"team": "support", "workflow": "answers", "calls": 1, "input_tokens": 100, "outcome_status": "resolved"}
        told |= {"prompt_name": "answers", "prompt_version": version, "model": "gpt-5", "last_at": begun}
        rows = [
            kinds | told | {"task_id": f"{version}-{n}", "first_at": begun + n * timedelta(minutes=1), "cost_usd": cost}
            for n, cost in enumerate((f"{usd}1", f"{usd}1") * 20)
        ]
        tx.insert("tasks", pl.DataFrame(rows))


def watched(warehouse: Warehouse, now: datetime = NOW) -> RulesWatched:
    return watch_rules(warehouse, regression_rules(watched=True), channels=["routes"], now=now)


def two_versions(warehouse: Warehouse) -> None:
    at = NOW.replace(tzinfo=None)
    tasks(warehouse, "v1", "1.00", at - 9 * DAY)
    tasks(warehouse, "v2", "1.30", at - 5 * DAY)


def test_a_version_that_costs_more_is_told_once_and_its_incident_stays(warehouse: Warehouse) -> None:
    two_versions(warehouse)
    found = [(each.opened, each.resolved) for each in (watched(warehouse), watched(warehouse, NOW + DAY))]
    told = warehouse.query("SELECT event, subject, team, severity FROM outbox").rows()
    assert (found, told) == ([(1, 0), (0, 0)], [("trigger", f"[info] {SAID}", "support", "info")])


def test_it_waits_for_the_digest(warehouse: Warehouse) -> None:
    two_versions(warehouse)
    watched(warehouse)
    routes = usual_routes(("terminal",), ZoneInfo("UTC"))
    at_once = dispatch(warehouse, routes, NOW)
    next_morning = dispatch(warehouse, routes, NOW + DAY)
    letters = warehouse.query("SELECT subject FROM outbox WHERE channel = 'terminal'")["subject"].to_list()
    assert (at_once, next_morning, letters) == (0, 1, ["[info] Digest: 1 thing that could wait"])


def test_the_next_version_ends_it(warehouse: Warehouse) -> None:
    two_versions(warehouse)
    watched(warehouse)
    tasks(warehouse, "v3", "1.00", NOW.replace(tzinfo=None) - DAY)
    assert (watched(warehouse, NOW + DAY).resolved, watched(warehouse, NOW + 2 * DAY).opened) == (1, 0)


def test_it_may_be_left_out() -> None:
    assert regression_rules(watched=False) == ()
