"""One model of a workflow out of line: told where the workflow is in line, and never because traffic moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from spend import HOUR, MONDAY, Service, Shape, fill, flat, hours_of, noisy

from alerts import act, agenda, expected_hours, incidents, watch
from alerts.detecting import Opened, Thresholds, walk
from alerts.spikes.episodes import laid_out, memory_for, numbered
from alerts.spikes.key import Key
from alerts.spikes.series import series_hours
from warehouse import Warehouse

RISE_AT = 2 * 168 + 38
OVER_AT = RISE_AT + 8
END_AT = OVER_AT + 40
LARGE_USD, SMALL_USD = 30.0, 6.0
WHOLE = noisy(flat(1), 0.05, seed=3)


def made(small: Callable[[int], float], large: Callable[[int], float], team: str = "support") -> list[Service]:
    """A workflow's two models: what they have of its spend, by hour."""
    return [
        Service(team, "chat", _of(WHOLE, small), model="small"),
        Service(team, "chat", _of(WHOLE, large), model="large"),
    ]


def _of(whole: Shape, part: Shape) -> Shape:
    return lambda hour: whole(hour) * part(hour)


def risen(usd: float) -> Callable[[int], float]:
    return lambda hour: usd if RISE_AT <= hour < OVER_AT else SMALL_USD


def moved(hours: int) -> Callable[[int], float]:
    """Spend of the small model that takes 20 dollars an hour over from the other, within so many hours, for good."""
    return lambda hour: SMALL_USD + 20 * min(max((hour - RISE_AT + 1) / hours, 0), 1)


def new(usd: float) -> Callable[[int], float]:
    return lambda hour: usd * (hour >= RISE_AT)


CASES = {
    "a rise": (risen(30), flat(LARGE_USD), ["small"]),
    "for a while in its place": (risen(30), lambda hour: LARGE_USD + SMALL_USD - risen(30)(hour), []),
    "much": (risen(300), flat(LARGE_USD), [None]),
    "moved at once": (moved(1), lambda hour: 36 - moved(1)(hour), []),
    "moved in a week": (moved(168), lambda hour: 36 - moved(168)(hour), []),
    "a new one on top": (new(20), flat(LARGE_USD), ["small"]),
    "a new one in its place": (new(20), lambda hour: LARGE_USD - new(20)(hour), []),
}


@pytest.fixture(scope="module")
def opened() -> list[Key]:
    """Whose spend an episode opens of; each case is a team's workflow."""
    every = [service for team, (small, large, _) in CASES.items() for service in made(small, large, team)]
    until = MONDAY + (END_AT + 168) * HOUR
    with Warehouse.in_memory() as warehouse:
        fill(warehouse, hours_of(every, END_AT + 168))
        rows, keys = numbered(series_hours(warehouse, None, until), ())
    panel = laid_out(rows, keys, ZoneInfo("UTC"), first=None, until=until, heard_before=[], begun=None)
    thresholds = Thresholds()
    decisions = walk(panel, memory_for(None, len(keys), thresholds), thresholds)
    return [keys[each.row] for each in decisions if isinstance(each, Opened)]


@pytest.mark.parametrize("team", CASES)
def test_a_model_is_told_of_where_its_workflow_is_in_line_and_no_other_model_spends_less(
    opened: list[Key], team: str
) -> None:
    *_, models = CASES[team]
    assert [key for key in opened if key.team == team] == [Key(team, "chat", model=model) for model in models]


def aware(hour: int) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


def watched(warehouse: Warehouse, since: int, until: int) -> datetime:
    now = aware(until) + timedelta(minutes=15)
    watch(warehouse, since_hour=aware(since), until_hour=aware(until), channels=["chat"], now=now, links="http://o")
    return now


@pytest.fixture
def hidden(warehouse: Warehouse) -> Warehouse:
    """A rise to five times in the small model of a workflow, which for the workflow is less than twice."""
    fill(warehouse, hours_of(made(risen(30), flat(LARGE_USD)), END_AT))
    return warehouse


def test_a_models_incident_says_the_model_and_has_its_money_and_nobody_tells_of_it_twice(hidden: Warehouse) -> None:
    watched(hidden, 0, RISE_AT)
    watched(hidden, RISE_AT, END_AT)
    (told,) = incidents(hidden).to_dicts()
    leaves = hidden.query("SELECT model, actual_usd FROM incident_leaves")
    hours = expected_hours(hidden, told["incident_id"])
    (subject, _) = hidden.query("SELECT subject FROM outbox ORDER BY event DESC")["subject"]
    assert (told["workflow"], told["model"], told["of_model"], told["state"]) == ("chat", "small", "small", "resolved")
    assert subject.startswith("[page] support / chat, small: spend ")
    assert "small has all of it, and no other model of the workflow has as much less." in told["cause"]
    assert leaves.rows() == [("small", told["actual_usd"])]
    assert hours is not None
    within = pl.col("hour_at").is_between(told["opened_at"], told["last_seen_at"], closed="left")
    assert hours.filter(within)["actual_usd"].sum() == pytest.approx(float(told["actual_usd"]))


def test_incidents_of_a_model_are_the_same_hour_by_hour_and_all_at_once(hidden: Warehouse) -> None:
    columns = ["incident_id", "of_model", "opened_at", "last_seen_at", "resolved_at", "actual_usd", "impact_usd"]
    watched(hidden, 0, RISE_AT - 3)
    for hour in range(RISE_AT - 3, END_AT, 5):
        watched(hidden, hour, min(hour + 5, END_AT))
    one_by_one = incidents(hidden).select(columns)
    with hidden.transaction() as tx:
        for table in ("incidents", "detector_states", "detector_hours"):
            tx.execute(f"DELETE FROM {table}")
    watched(hidden, 0, END_AT)
    assert incidents(hidden).select(columns).rows() == one_by_one.rows()


def test_who_calls_a_models_rise_the_new_normal_hears_no_more_of_it_nor_of_its_workflow(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of(made(lambda hour: 30.0 if hour >= RISE_AT else SMALL_USD, flat(LARGE_USD)), END_AT))
    now = watched(warehouse, 0, RISE_AT + 3)
    (told,) = incidents(warehouse).to_dicts()
    act(warehouse, told["incident_id"], "new_normal", "dana", now)
    watched(warehouse, RISE_AT + 3, END_AT)
    (after,) = incidents(warehouse).to_dicts()
    assert (told["of_model"], after["incident_id"], after["state"]) == ("small", told["incident_id"], "resolved")


def test_a_models_incident_is_expected_with_its_workflow(hidden: Warehouse) -> None:
    now = watched(hidden, 0, RISE_AT + 3)
    (told,) = incidents(hidden).to_dicts()
    act(hidden, told["incident_id"], "expected", "dana", now, until=now + timedelta(days=1), reason="a campaign")
    (planned,) = agenda(hidden, now)
    watched(hidden, RISE_AT + 3, END_AT)
    assert (planned.fits("support", "chat", "spend_spike"), incidents(hidden).height) == (True, 1)
