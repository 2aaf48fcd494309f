"""The pages' own queries: each is scoped, says what it is for, and sums to what the metrics say."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any

import polars as pl
import pytest
from northwind import NOW, ZONE

from dashboards.periods import Days
from dashboards.selection import Selection
from warehouse import Warehouse, answer

QUESTIONS = {
    file.name.removesuffix(".sql"): file.read_text("utf-8")
    for file in sorted((resources.files("dashboards") / "questions").iterdir(), key=lambda file: file.name)
}
MORE = {
    "incident": "spike-1",
    "owner": "Support",
    "workflow": None,
    "from_hour": datetime(2026, 11, 1),
    "to_hour": datetime(2026, 12, 1),
    "trace": f"{1:032x}",
    "most": 100,
    "of_kind": "company",
    "of_name": "",
    "of_team": None,
    **dict.fromkeys(("model", "least_usd", "status", "sought")),
}
# Northwind has none of these; their pages' tests make some.
NOT_IN_NORTHWIND = (
    *("budget_user_parts", "claimed", "odd_times", "folded", "incident_family", "incomplete", "trace_checks", "traces"),
)
ONE_CALL_AN_HOUR = """
INSERT INTO hours BY NAME
SELECT CAST($hour AS TIMESTAMP) AS hour_at, 'a' AS team, 'product' AS purpose, 1 AS calls, 0 AS failed_calls,
       1 AS attempts, 0 AS unpriced_calls, 0 AS incomplete_calls, 1 AS cost_usd, 0 AS cache_saved_usd
"""
# Of one team and one moment, so that what a trace and its task cost tells them apart.
A_TRACE = """
INSERT INTO task_parts BY NAME
SELECT '' AS sender, '' AS owner, $task AS task_id, $trace AS trace_id, TIMESTAMP '2026-11-01' AS first_at,
       first_at AS last_at, 1 AS spans, 1 AS calls, 0 AS failed_calls, 0 AS unpriced_calls, 0 AS incomplete_calls,
       0 AS tool_calls, 0 AS input_tokens, 0 AS output_tokens, $cost_usd AS cost_usd, key_of($task) AS task_key,
       key_of($trace) AS trace_key
"""
THEIR_TASKS = """
INSERT INTO tasks BY NAME
SELECT sender, owner, task_id, min(first_at) AS first_at, min(last_at) AS last_at, sum(spans) AS spans,
       sum(calls) AS calls, 0 AS failed_calls, 0 AS unpriced_calls, 0 AS incomplete_calls, 0 AS tool_calls,
       0 AS input_tokens, 0 AS output_tokens, sum(cost_usd) AS cost_usd, count(*) AS traces,
       split_part(task_id, ' ', 1) AS outcome_status
FROM task_parts
GROUP BY sender, owner, task_id
"""
AUTUMN = Selection(Days(date(2026, 10, 1), date(2026, 12, 1)), None, None, None, NOW, ZONE)


def ask(warehouse: Warehouse, name: str, selection: Selection = AUTUMN, **more: Any) -> pl.DataFrame:
    offered: dict[str, Any] = selection.params() | MORE | more
    return warehouse.query(
        QUESTIONS[name], {param: offered[param] for param in re.findall(r"\$(\w+)", QUESTIONS[name])}
    )


def of(team: str) -> Selection:
    return Selection(AUTUMN.days, None, (team,), None, NOW, ZONE)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_query_opens_with_what_it_is_for(name: str) -> None:
    assert re.match(r"-- [A-Z].*\.$", QUESTIONS[name].partition("\n")[0])


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_query_answers_one_team_with_that_team_alone(northwind: Warehouse, name: str) -> None:
    told = str(ask(northwind, name, of("Search")).to_dicts())
    assert ("$teams" in QUESTIONS[name], "Support" in told, "'team': None" in told) == (True, False, False)


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in NOT_IN_NORTHWIND])
def test_a_query_answers_who_may_see_everyone(northwind: Warehouse, name: str) -> None:
    assert ask(northwind, name).height > 0


@pytest.mark.parametrize(
    ("metric", "key"), [("spend_by_team", "team"), ("spend_by_model", "model"), ("spend_by_workflow", "workflow")]
)
def test_the_cells_sum_to_the_metric(northwind: Warehouse, metric: str, key: str) -> None:
    cells = ask(northwind, "cells").group_by(key).agg(pl.col("cost_usd", "calls").sum().cast(pl.Decimal(38, 12)))
    told = answer(northwind, metric, AUTUMN.question()).frame
    told = told.group_by(key).agg(pl.col("cost_usd", "calls").sum().cast(pl.Decimal(38, 12)))
    assert sorted(cells.rows(), key=str) == sorted(told.rows(), key=str)


def test_the_days_sum_to_the_cells(northwind: Warehouse) -> None:
    assert ask(northwind, "daily")["cost_usd"].sum() == ask(northwind, "cells")["cost_usd"].sum()


def test_a_day_is_cut_at_midnight_of_the_business_zone() -> None:
    with Warehouse.in_memory() as warehouse:
        with warehouse.transaction() as tx:
            for hour in ("2026-10-31 22:00:00", "2026-10-31 23:00:00"):
                tx.execute(ONE_CALL_AN_HOUR, {"hour": hour})
        days = ask(warehouse, "daily")
    assert days.select("day", "cost_usd").rows() == [(date(2026, 10, 31), Decimal(1)), (date(2026, 11, 1), Decimal(1))]


@pytest.mark.parametrize(
    ("most", "status", "found"),
    [
        (2, "resolved", ["dear part", "as dear"]),
        (4, "resolved", ["dear part", "as dear", "single", "cheap part"]),
        (9, "resolved", ["dear part", "as dear", "single", "cheap part", "cheapest"]),
        (1, "failed", ["dearest"]),
        (2, None, ["dearest", "dear part"]),
    ],
)
def test_the_dearest_traces_of_an_outcome_are_found_whether_their_task_has_others_or_not(
    most: int, status: str | None, found: list[str]
) -> None:
    costs = {"dear part": 5, "cheap part": 3, "single": 4, "as dear": 4, "cheapest": 2, "dearest": 9}
    tasks = {"dear part": "resolved twice", "cheap part": "resolved twice", "dearest": "failed"}
    with Warehouse.in_memory() as warehouse:
        with warehouse.transaction() as tx:
            for trace, cost_usd in costs.items():
                task = tasks.get(trace, f"resolved {trace}")
                tx.execute(A_TRACE, {"task": task, "trace": trace, "cost_usd": cost_usd})
            tx.execute(THEIR_TASKS)
        rows = ask(warehouse, "traces", most=most, status=status)
    assert rows["trace_id"].to_list() == found


def test_an_incident_belongs_to_the_days_it_lasted_and_an_open_one_to_all(northwind: Warehouse) -> None:
    before = Selection(Days(date(2026, 10, 1), date(2026, 10, 8)), None, None, None, NOW, ZONE)
    assert ask(northwind, "incidents", before)["incident_id"].to_list() == ["spike-1"]


@pytest.mark.parametrize(
    ("kind", "name", "of_team", "cost_usd"),
    [
        ("company", "", None, "42.500412"),
        ("team", "Support", None, "30.000412"),
        ("cost_centre", "CC-1", None, "30.000412"),
        ("workflow", "answers", None, "12"),
        ("model", "gpt-5", "Search", None),
    ],
)
def test_the_parts_of_a_budget_are_all_that_was_spent_of_it(
    northwind: Warehouse, kind: str, name: str, of_team: str | None, cost_usd: str | None
) -> None:
    november = Selection(Days(date(2026, 11, 1), date(2026, 12, 1)), None, None, None, NOW, ZONE)
    offered = november.params() | {"of_kind": kind, "of_name": name, "of_team": of_team}
    names = re.findall(r"\$(\w+)", QUESTIONS["budget_parts"])
    found = northwind.query(QUESTIONS["budget_parts"], {each: offered[each] for each in names})
    assert found["cost_usd"].sum() == (Decimal(cost_usd) if cost_usd else 0)
