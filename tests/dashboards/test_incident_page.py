"""The page of incidents: an inbox that hundreds and hostile names fit into, and one with all that explains it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from drawn import opened, words
from northwind import NOW, ZONE, company, desk, incident
from streamlit.testing.v1 import AppTest

from dashboards import BudgetLine, Sources
from dashboards.desk import Desk, lay
from dashboards.incident_story import as_json, list_json, story
from dashboards.incident_words import known_until
from dashboards.queries import looking
from warehouse import Warehouse

HOSTILE = "<img src=x onerror=alert(1)> $a$ **b** [c](http://d) :red[e]\n# f"

IDS = ("spike-1", "spike-2")
MANY = """
SELECT incidents.* REPLACE (
    'many-' || number AS incident_id, opened_at - to_hours(number) AS opened_at, $name AS workflow, number AS impact_usd
)
FROM incidents, range(300) AS numbers(number)
WHERE incident_id = 'spike-1'
"""


@pytest.fixture(scope="module")
def busy() -> Iterator[Warehouse]:
    """Hundreds of incidents, one of all workflows of a team with a hostile name."""
    with company() as warehouse:
        many = warehouse.query(MANY, {"name": HOSTILE})
        with warehouse.transaction() as tx:
            tx.insert("incidents", many)
        incident(warehouse, "hostile", HOSTILE, "5000", cause=HOSTILE, model=HOSTILE, workflow=None, whole="team")
        yield warehouse


def test_one_incident_shows_where_its_dollars_lie_to_the_last(open_desk: Desk) -> None:
    said = words(opened("incidents.py", id="spike-1"))
    told = ("1 of 2 parts explains 102%. $4.00 less" in said, "The parts add up to exactly $236.00" in said)
    assert told == (True, True)


def test_one_incident_shows_its_traces_and_what_changed(open_desk: Desk) -> None:
    said = words(opened("incidents.py", id="spike-1"))
    there = (
        "traces?trace=trace+of+Support",
        "Prompt version Support v13: first seen",
        "Acknowledged by Dana of Support",
    )
    assert [each for each in there if each not in said] == []


def test_the_cards_say_who_has_it_in_hand(open_desk: Desk) -> None:
    assert "acknowledged by Dana of Support" in words(opened("incidents.py"))


def test_hundreds_of_incidents_are_a_few_cards_and_a_table(busy: Warehouse) -> None:
    lay(desk(busy))
    app = opened("incidents.py")
    assert (list(app.exception), "All 303" in words(app), len(app.dataframe[0].value)) == ([], True, 303)


def test_what_people_s_answers_taught_stands_beside_each(busy: Warehouse) -> None:
    lay(desk(busy, sources=Sources(chances=lambda names: dict.fromkeys(names, 0.75))))
    assert set(opened("incidents.py").dataframe[0].value["chance"]) == {75.0}


def test_a_hostile_name_is_a_name(busy: Warehouse) -> None:
    lay(desk(busy))
    app = opened("incidents.py", id="hostile")
    raw = "\n".join(element.value for kind in ("title", "markdown", "caption") for element in getattr(app, kind))
    assert (list(app.exception), re.findall(r"(?<!\\)(?:<img|:red\[|\*\*b|\[c\])", raw)) == ([], [])


def test_a_whole_names_the_workflows_that_its_excess_lies_in(busy: Warehouse) -> None:
    lay(desk(busy))
    app = opened("incidents.py", id="hostile")
    leaves = next(table.value for table in app.dataframe if "excess_usd" in table.value.columns)
    assert ("all workflows" in app.title[0].value, leaves["workflow"].to_list()) == (True, ["chat", "chat"])


def test_the_inbox_is_narrowed_by_its_address(busy: Warehouse) -> None:
    lay(desk(busy))
    app = opened("incidents.py", state="resolved")
    assert ("Search / chat" in words(app), "Support / " in "\n".join(e.value for e in app.markdown)) == (True, False)


def test_an_incident_says_how_its_team_s_budget_stands(northwind: Warehouse) -> None:
    line = BudgetLine(
        scope="team:Support",
        title="Support",
        owner="Support",
        period="monthly",
        window="2026-11",
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        budget_usd=Decimal(25),
        spent_usd=Decimal(30),
        used=1.2,
        expected=0.6,
        burn=None,
        low_usd=None,
        likely_usd=Decimal(46),
        high_usd=None,
        because="",
        gone_on=None,
        state="over",
        set_by="outlay.toml",
    )
    lay(desk(northwind, sources=Sources(budgets=lambda *, teams, now: [line])))
    (link,) = [
        each.proto for each in opened("incidents.py", id="spike-1").get("page_link") if "budget" in each.proto.label
    ]
    assert link.label.replace("\\", "") == (
        "Support's budget of 2026-11: $30.00 of $25.00 spent (120%), likely $46.00 at the end"
    )


def test_an_incident_says_until_when_its_data_is_complete() -> None:
    spike = {"last_seen_at": datetime(2026, 11, 20, 11)}
    said = [known_until(spike, {"calls": 1200, "unknown_calls": lacking}, ZONE) for lacking in (0, 3)]
    assert said == [
        "Complete until 20 Nov, 12:00; all 1,200 calls are priced.",
        "Complete until 20 Nov, 12:00; 3 of 1,200 calls lack a price or a usage, and are not in it.",
    ]


def test_an_incident_leads_to_its_team_s_runbook(northwind: Warehouse) -> None:
    plain = desk(northwind)
    lay(replace(plain, view=replace(plain.view, runbooks={"Support": "https://wiki.example.com/spend"})))
    urls = [[button.proto.url for button in opened("incidents.py", id=each).get("link_button")] for each in IDS]
    assert urls == [["https://wiki.example.com/spend"], []]


def test_what_is_no_matter_of_dollars_shows_none() -> None:
    with company() as warehouse:
        nothing = {"kind": "regression", "actual_usd": "0", "expected_usd": "0", "cause": "v13 costs more a resolution"}
        incident(warehouse, "worse", "Support", "0", **nothing)
        lay(desk(warehouse))
        app = opened("incidents.py", id="worse")
    assert ("v13 costs more" in words(app), "Spent" in {tile.label for tile in app.metric}) == (True, False)


@pytest.fixture(scope="module")
def grouped() -> Iterator[Warehouse]:
    """Two spikes that the first one explains."""
    with company() as warehouse:
        for name in ("child-1", "child-2"):
            incident(warehouse, name, "Support", "9", parent_id="spike-1")
        yield warehouse


def ways(app: AppTest) -> list[tuple[str, str]]:
    """The links of a page to incidents: what they say, and the incident."""
    links = [link.proto for link in app.get("page_link")]
    return [(link.label, link.query_string) for link in links if "incidents" in link.page]


def test_an_incident_leads_to_what_explains_it_and_to_what_it_explains(grouped: Warehouse) -> None:
    lay(desk(grouped))
    said = [label for label, _ in ways(opened("incidents.py", id="spike-1"))]
    child = [label for label, _ in ways(opened("incidents.py", id="child-1"))]
    assert (sum("With it" in label for label in said), sum("Part of" in label for label in child)) == (2, 1)


def test_the_inbox_shows_what_an_incident_explains_under_it(grouped: Warehouse) -> None:
    lay(desk(grouped))
    there = [query for label, query in ways(opened("incidents.py")) if label != "Open"]
    assert there == ["id=child-1", "id=child-2"]


def test_programs_are_told_the_parent_and_its_children(grouped: Warehouse) -> None:
    look = looking(grouped, teams=None)
    child, parent = (story(look, name) for name in ("child-1", "spike-1"))
    assert child is not None
    assert parent is not None
    listed = {row["incident_id"]: row["children"] for row in list_json(look, None, None, NOW)}
    children = ["child-1", "child-2"]
    told = (as_json(child, NOW)["parent_id"], as_json(parent, NOW)["children"], listed["spike-1"])
    assert told == ("spike-1", children, children)
