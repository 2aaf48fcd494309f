"""Planned events and silences: each with an owner and an end; a silence hides messages, a plan sets hours aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from made_once import warehouse_after
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import (
    AgendaRefused,
    add_planned,
    add_silence,
    agenda,
    dispatch,
    end_entry,
    incidents,
    open_incidents,
    usual_routes,
    watch,
)
from warehouse import Warehouse

SPIKE_AT = 2 * 168 + 38
HOURS = SPIKE_AT + 60
TRIAGE = Service("support", "triage", times(noisy(flat(20), 0.1, seed=1), 6, SPIKE_AT, SPIKE_AT + 5))
NOBODYS = Service(None, "jobs", times(noisy(flat(20), 0.1, seed=4), 6, SPIKE_AT, SPIKE_AT + 5))
ROUTES = usual_routes(("chat",), ZoneInfo("UTC"))


def aware(hour: float) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


BEFORE = aware(SPIKE_AT - 3)
ENTRY: dict[str, Any] = {
    "team": "support",
    "workflow": "triage",
    "starts_at": aware(SPIKE_AT - 2),
    "ends_at": aware(SPIKE_AT + 8),
    "owner": "Dana",
    "reason": "a load test",
    "by": "Dana",
    "now": BEFORE,
}


def judge(warehouse: Warehouse, since: int, until: int, *, step: int = 1) -> None:
    """As hours close, one or a few at a time."""
    for hour in range(since, until, step):
        end = min(hour + step, until)
        now = aware(end + 0.25)
        watch(warehouse, since_hour=aware(hour), until_hour=aware(end), channels=["routes"], now=now)
        dispatch(warehouse, ROUTES, now)


def remember(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([TRIAGE, NOBODYS], HOURS))
    watch(warehouse, since_hour=aware(0), until_hour=BEFORE, channels=[], now=BEFORE)


@pytest.fixture
def filled() -> Iterator[Warehouse]:
    """Judged until shortly before two spikes."""
    with warehouse_after(remember) as warehouse:
        yield warehouse


def sent(warehouse: Warehouse) -> list[tuple[str, str]]:
    found = warehouse.query("SELECT team, event FROM outbox WHERE channel = 'chat' ORDER BY rowid")
    return [(str(team), event) for team, event in found.iter_rows()]


def test_a_planned_event_of_one_workflow_alarms_nobody_and_others_are_judged(filled: Warehouse) -> None:
    add_planned(filled, **ENTRY)
    judge(filled, SPIKE_AT - 3, SPIKE_AT + 2)
    judge(filled, SPIKE_AT + 2, SPIKE_AT + 24, step=5)
    assert incidents(filled)["workflow"].to_list() == ["jobs"]


def test_unattributed_spend_is_planned_by_its_name(filled: Warehouse) -> None:
    add_planned(filled, **{**ENTRY, "team": "Unattributed", "workflow": None})
    judge(filled, SPIKE_AT - 3, SPIKE_AT + 2)
    judge(filled, SPIKE_AT + 2, SPIKE_AT + 24, step=5)
    assert incidents(filled)["workflow"].to_list() == ["triage"]


def test_what_was_planned_teaches_nothing(filled: Warehouse) -> None:
    add_planned(filled, **ENTRY)
    judge(filled, SPIKE_AT - 3, HOURS - 10, step=5)
    with filled.transaction() as tx:
        tx.execute(
            "UPDATE hours SET cost_usd = cost_usd * 6 WHERE team = 'support' AND hour_at >= $at",
            {"at": MONDAY + (HOURS - 10) * HOUR},
        )
    judge(filled, HOURS - 10, HOURS - 9)
    assert open_incidents(filled)["workflow"].to_list() == ["triage"]


def test_a_plan_that_is_told_of_late_holds_from_its_hour_on_in_every_rebuild(filled: Warehouse) -> None:
    judge(filled, SPIKE_AT - 3, SPIKE_AT + 2)
    add_planned(filled, **{**ENTRY, "now": aware(SPIKE_AT + 2.5)})
    judge(filled, SPIKE_AT + 2, SPIKE_AT + 9)
    judge(filled, SPIKE_AT + 9, HOURS, step=10)
    as_they_came = incidents(filled).rows()
    with filled.transaction() as tx:
        tx.execute("DELETE FROM detector_states")
        tx.execute("DELETE FROM detector_hours")
    watch(filled, since_hour=aware(0), until_hour=aware(HOURS), channels=[], now=aware(HOURS))
    assert incidents(filled).rows() == as_they_came


def test_a_silence_hides_the_message_and_not_the_incident(filled: Warehouse) -> None:
    add_silence(filled, **{**ENTRY, "ends_at": aware(SPIKE_AT + 40)}, about=None)
    judge(filled, SPIKE_AT - 3, SPIKE_AT + 2)
    judge(filled, SPIKE_AT + 2, SPIKE_AT + 30, step=4)
    assert (sorted(incidents(filled)["workflow"]), sent(filled)) == (
        ["jobs", "triage"],
        [("None", "trigger"), ("None", "resolve")],
    )


def test_what_outlasts_a_silence_is_told_at_its_end(filled: Warehouse) -> None:
    add_silence(filled, **{**ENTRY, "ends_at": aware(SPIKE_AT + 3)}, about="spend_spike")
    judge(filled, SPIKE_AT - 3, SPIKE_AT + 2)
    before = sent(filled)
    judge(filled, SPIKE_AT + 2, SPIKE_AT + 5)
    judge(filled, SPIKE_AT + 5, SPIKE_AT + 30, step=5)
    told = [event for team, event in sent(filled) if team == "support"]
    assert (before, told) == ([("None", "trigger")], ["trigger", "resolve"])


def test_what_ended_before_the_end_of_its_silence_is_never_told(filled: Warehouse) -> None:
    add_silence(filled, **{**ENTRY, "ends_at": aware(SPIKE_AT + 40)}, about=None)
    judge(filled, SPIKE_AT - 3, HOURS, step=4)
    assert [team for team, _ in sent(filled)] == ["None", "None"]


def test_a_silence_that_is_ended_early_hides_nothing_more(filled: Warehouse) -> None:
    entry = add_silence(filled, **{**ENTRY, "ends_at": aware(SPIKE_AT + 40)}, about=None)
    judge(filled, SPIKE_AT - 3, SPIKE_AT + 2)
    end_entry(filled, entry.entry_id, "Robin", aware(SPIKE_AT + 2.1))
    judge(filled, SPIKE_AT + 2, SPIKE_AT + 3)
    assert ("support", "trigger") in sent(filled)


def test_a_silence_of_another_kind_of_incident_hides_no_spike(filled: Warehouse) -> None:
    add_silence(filled, **ENTRY, about="budget")
    judge(filled, SPIKE_AT - 3, SPIKE_AT + 2)
    assert ("support", "trigger") in sent(filled)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"owner": " "}, "name its owner"),
        ({"reason": ""}, "say why"),
        ({"by": "\n"}, "sign with your name"),
        ({"ends_at": aware(SPIKE_AT - 3)}, "its end must come after its beginning"),
        ({"ends_at": aware(SPIKE_AT - 11), "starts_at": aware(SPIKE_AT - 20)}, "its end must come after"),
        ({"ends_at": aware(SPIKE_AT + 32 * 24)}, "it may last 31 days at most"),
    ],
)
def test_a_silence_has_an_owner_a_reason_and_an_end(warehouse: Warehouse, wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AgendaRefused, match=sentence):
        add_silence(warehouse, **{**ENTRY, **wrong}, about=None)


def test_what_is_over_is_on_the_agenda_only_when_asked_for(warehouse: Warehouse) -> None:
    add_planned(warehouse, **ENTRY)
    later = aware(SPIKE_AT + 9)
    shown = [[entry.kind for entry in agenda(warehouse, later, past=past)] for past in (False, True)]
    assert shown == [[], ["planned"]]


def test_a_team_sees_its_own_entries_alone(warehouse: Warehouse) -> None:
    add_planned(warehouse, **ENTRY)
    add_planned(warehouse, **{**ENTRY, "team": None})
    assert [entry.team for entry in agenda(warehouse, BEFORE, teams=("support",))] == ["support"]


def test_an_entry_ends_once(warehouse: Warehouse) -> None:
    entry = add_planned(warehouse, **ENTRY)
    end_entry(warehouse, entry.entry_id, "Robin", BEFORE + timedelta(minutes=1))
    with pytest.raises(AgendaRefused, match="ended at"):
        end_entry(warehouse, entry.entry_id, "Robin", BEFORE + timedelta(minutes=2))
