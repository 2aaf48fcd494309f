"""Spikes of one cause: the dearest is the parent, one letter tells of them all, and nothing else is joined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import incidents, watch
from alerts.delivery.dispatch import dispatch
from alerts.delivery.outbox import post
from alerts.delivery.routes import ROUTED, usual_routes
from alerts.incidents.incident import Incident, write
from alerts.incidents.message import Message
from alerts.spikes.groups import parents
from warehouse import Warehouse

RISE_AT = 2 * 168 + 38
OVER_AT = RISE_AT + 5
ROUTES = usual_routes(("chat",), ZoneInfo("UTC"))
DEAREST = Incident(
    incident_id="a",
    kind="spend_spike",
    team="support",
    workflow="triage",
    opened_at=MONDAY,
    noticed_at=MONDAY,
    last_seen_at=MONDAY + 5 * HOUR,
    resolved_at=None,
    severity="warn",
    actual_usd=Decimal(312),
    expected_usd=Decimal(76),
    impact_usd=Decimal(236),
    driver="calls",
    cause="",
    model="gpt-5",
    dedup_key="spend_spike:a",
)
OTHER = replace(DEAREST, incident_id="b", workflow="chat", impact_usd=Decimal(40), opened_at=MONDAY + HOUR)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (OTHER, {"b": "a"}),
        (replace(OTHER, team="search"), {}),
        (replace(OTHER, model="gpt-4"), {"b": "a"}),
        (replace(OTHER, team="search", model="gpt-4"), {}),
        (replace(OTHER, team=None, model=None), {}),
        (replace(OTHER, driver="unit_price"), {}),
        (replace(OTHER, opened_at=MONDAY + 7 * HOUR, last_seen_at=MONDAY + 9 * HOUR), {}),
        (replace(OTHER, opened_at=MONDAY + 5 * HOUR, last_seen_at=MONDAY + 6 * HOUR), {}),
        (replace(OTHER, impact_usd=Decimal(500)), {"a": "b"}),
    ],
    ids=["same team", "another team's calls", "model", "neither", "nobody's", "driver", "later", "after it", "dearer"],
)
def test_the_dearest_of_those_that_share_hours_driver_and_owner_is_the_parent(
    other: Incident, found: dict[str, str]
) -> None:
    assert parents([DEAREST, other]) == found


def test_one_model_s_price_is_one_cause_for_all_teams() -> None:
    dearer = [replace(each, driver="unit_price") for each in (DEAREST, replace(OTHER, team="search"))]
    assert parents(dearer) == {"b": "a"}


@given(
    st.lists(
        st.tuples(st.sampled_from("xy"), st.sampled_from("mn"), st.integers(0, 12), st.integers(1, 900)), max_size=9
    )
)
def test_no_parent_has_a_parent(drawn: list[tuple[str, str, int, int]]) -> None:
    made = [
        replace(
            OTHER,
            incident_id=str(number),
            team=team,
            model=model,
            opened_at=MONDAY + began * HOUR,
            last_seen_at=MONDAY + (began + 5) * HOUR,
            impact_usd=Decimal(usd),
        )
        for number, (team, model, began, usd) in enumerate(drawn)
    ]
    found = parents(made)
    assert not set(found) & set(found.values())


@pytest.fixture
def risen(warehouse: Warehouse) -> Warehouse:
    """Three workflows of one team rise in the same hours, the first by most; another team does not."""
    sizes = {"triage": 40, "chat": 20, "mail": 10}
    rising = [
        Service("support", name, times(noisy(flat(usd), 0.1, seed=usd), 6, RISE_AT, OVER_AT))
        for name, usd in sizes.items()
    ]
    calm = Service("search", "rank", noisy(flat(30), 0.1, seed=2), model="gpt-4")
    fill(warehouse, hours_of([*rising, calm], OVER_AT + 40))
    return warehouse


def aware(hour: int) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


def watched(warehouse: Warehouse, since: int, until: int) -> datetime:
    """Judge the hours and address what was said; gives the instant of that."""
    now = aware(until) + timedelta(minutes=15)
    watch(warehouse, since_hour=aware(since), until_hour=aware(until), channels=[ROUTED], now=now)
    dispatch(warehouse, ROUTES, now)
    return now


def family(warehouse: Warehouse) -> dict[str, str | None]:
    """Workflow → its parent's workflow."""
    rows = incidents(warehouse).to_dicts()
    names = {row["incident_id"]: row["workflow"] for row in rows}
    return {row["workflow"]: names.get(row["parent_id"]) for row in rows}


def letters(warehouse: Warehouse) -> list[tuple[str, str]]:
    found = warehouse.query("SELECT event, subject FROM outbox WHERE channel = 'chat' ORDER BY rowid")
    return list(found.iter_rows())


def test_workflows_of_a_team_that_rise_together_are_one_group(risen: Warehouse) -> None:
    watched(risen, 0, RISE_AT + 3)
    assert family(risen) == {"triage": None, "chat": "triage", "mail": "triage"}


def test_one_letter_tells_of_a_group_and_one_that_it_is_over(risen: Warehouse) -> None:
    watched(risen, 0, RISE_AT)
    for hour in range(RISE_AT, OVER_AT + 3):
        watched(risen, hour, hour + 1)
    for hour in range(OVER_AT + 3, OVER_AT + 40, 5):
        watched(risen, hour, hour + 5)
    told = letters(risen)
    begun = [subject for event, subject in told if event == "trigger"]
    assert "incidents of one cause, first of all support / triage" in begun[0]
    assert [event for event, _ in told if event != "notice"] in (
        ["trigger", "resolve"],
        ["trigger", "trigger", "resolve"],  # the group grew into a page, which is told by itself
    )


def test_groups_are_the_same_hour_by_hour_and_all_at_once(risen: Warehouse) -> None:
    watched(risen, 0, RISE_AT - 2)
    for hour in range(RISE_AT - 2, OVER_AT + 10):
        watched(risen, hour, hour + 1)
    one_by_one = family(risen)
    with risen.transaction() as tx:
        for table in ("incidents", "detector_states", "detector_hours"):
            tx.execute(f"DELETE FROM {table}")
    watched(risen, 0, OVER_AT + 10)
    assert family(risen) == one_by_one


def told_later(warehouse: Warehouse, *, parent: str, channel: str) -> int:
    """Letters written at once of a child that is posted an hour after its parent was told of in the channel."""
    with warehouse.transaction() as tx:
        for each in (replace(DEAREST, severity=parent), replace(OTHER, severity="page", parent_id="a")):
            write(tx, each)
    for incident, at, routes in ((DEAREST, 0, usual_routes((channel,), ROUTES.zone)), (OTHER, 1, ROUTES)):
        severity = parent if incident is DEAREST else "page"
        facts = {"severity": severity, "team": "support"}
        said = Message("trigger", incident.dedup_key, "[page] it rose", ("one",), incident.incident_id, facts)
        with warehouse.transaction() as tx:
            post(tx, replace(said, dedup_key=f"spend_spike:{incident.incident_id}"), [ROUTED], aware(at))
        count = dispatch(warehouse, routes, aware(at))
    return count


@pytest.mark.parametrize(
    ("parent", "channel", "letters"),
    [("page", "chat", 0), ("warn", "chat", 1), ("page", "mail", 1)],
    ids=["told before", "told as less", "told to others"],
)
def test_a_child_waits_for_the_digest_only_where_its_parent_was_told(
    warehouse: Warehouse, parent: str, channel: str, letters: int
) -> None:
    assert told_later(warehouse, parent=parent, channel=channel) == letters
