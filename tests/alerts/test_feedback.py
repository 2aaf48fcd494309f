"""What people do and say about incidents: states, words that end them, undone, audited; the same in every rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from made_once import warehouse_after
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import (
    Budget,
    LinkRefused,
    Scope,
    act,
    audit,
    audit_break,
    incidents,
    labels,
    open_incidents,
    set_budget,
    states,
    undo,
    watch,
)
from warehouse import Warehouse

SPIKE_AT = 2 * 168 + 38
HOURS = SPIKE_AT + 70
TRIAGE = Service("support", "triage", times(noisy(flat(20), 0.1, seed=1), 6, SPIKE_AT, SPIKE_AT + 40))
CALM = Service("search", "rank", noisy(flat(30), 0.1, seed=2))
ALL = hours_of([TRIAGE, CALM], HOURS)
SAID_AT = (MONDAY + (SPIKE_AT + 3) * HOUR).replace(tzinfo=UTC) + timedelta(minutes=40)


def aware(hour: int) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


def judge(warehouse: Warehouse, since: int, until: int, *, step: int = 1) -> None:
    """As hours close, one or a few at a time."""
    for hour in range(since, until, step):
        end = aware(min(hour + step, until))
        now = end + timedelta(minutes=15)
        watch(warehouse, since_hour=aware(hour), until_hour=end, channels=["routes"], now=now)


def at_once(warehouse: Warehouse, until: int = HOURS) -> None:
    with warehouse.transaction() as tx:
        tx.execute("DELETE FROM detector_states")
        tx.execute("DELETE FROM detector_hours")
    watch(warehouse, since_hour=aware(0), until_hour=aware(until), channels=[], now=aware(until))


def notice(warehouse: Warehouse) -> None:
    fill(warehouse, ALL)
    watch(warehouse, since_hour=aware(0), until_hour=aware(SPIKE_AT), channels=[], now=aware(SPIKE_AT))
    judge(warehouse, SPIKE_AT, SPIKE_AT + 3)


@pytest.fixture
def noticed() -> Iterator[Warehouse]:
    """Three hours into a spike."""
    with warehouse_after(notice) as warehouse:
        yield warehouse


def known(warehouse: Warehouse) -> str:
    return str(open_incidents(warehouse)["incident_id"][0])


def said(warehouse: Warehouse, action: str, *, hours: int = 24) -> str:
    until = SAID_AT + timedelta(hours=hours) if action in {"snooze", "expected"} else None
    name = known(warehouse)
    act(warehouse, name, action, "Dana", SAID_AT, until=until, reason="a load test")
    return name


@pytest.mark.parametrize(
    ("action", "state", "later"),
    [
        ("acknowledge", "acknowledged", "acknowledged"),
        ("snooze", "snoozed", "open"),
        ("expected", "expected", "resolved"),
        ("incident", "open", "open"),
        ("new_normal", "resolved", "resolved"),
        ("too_small", "resolved", "resolved"),
        ("false_alarm", "resolved", "resolved"),
    ],
)
def test_an_incident_has_the_state_somebody_gave_it(noticed: Warehouse, action: str, state: str, later: str) -> None:
    name = said(noticed, action)
    now = [states(noticed, [name], SAID_AT + timedelta(hours=hours))[name] for hours in (0, 25)]
    assert now == [state, later]


@pytest.mark.parametrize("word", ["incident", "expected", "new_normal", "too_small", "false_alarm"])
def test_a_word_gives_the_same_incidents_as_hours_come_and_in_a_rebuild(noticed: Warehouse, word: str) -> None:
    said(noticed, word, hours=60)
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 7)
    judge(noticed, SPIKE_AT + 7, HOURS, step=9)
    as_they_came = incidents(noticed).rows()
    at_once(noticed)
    assert incidents(noticed).rows() == as_they_came


@pytest.mark.parametrize("word", ["expected", "new_normal", "too_small", "false_alarm"])
def test_a_word_ends_the_incident_when_it_is_said_and_it_is_told_once(noticed: Warehouse, word: str) -> None:
    name = said(noticed, word, hours=60)
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 20, step=4)
    ended = incidents(noticed).filter(incidents(noticed)["incident_id"] == name)["resolved_at"][0]
    told = noticed.query("SELECT count(*) AS n FROM outbox WHERE event = 'resolve' AND incident_id = $i", {"i": name})
    assert (ended, told.item()) == (SAID_AT.replace(tzinfo=None), 1)


def test_a_new_normal_opens_nothing_more(noticed: Warehouse) -> None:
    said(noticed, "new_normal")
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 40, step=6)
    assert incidents(noticed).height == 1


def test_what_is_expected_opens_nothing_until_its_end_and_then_what_still_goes_on(noticed: Warehouse) -> None:
    said(noticed, "expected", hours=24)
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 40, step=6)
    opened = incidents(noticed)["opened_at"].sort().to_list()
    assert [(at - MONDAY) // HOUR - SPIKE_AT for at in opened] == [0, 28]


def test_what_is_expected_may_cost_so_much_and_no_more(noticed: Warehouse) -> None:
    name = known(noticed)
    until = SAID_AT + timedelta(hours=40)
    act(noticed, name, "expected", "Dana", SAID_AT, until=until, reason="a test", amount_usd=Decimal(50))
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 6)
    assert known(noticed) != name


def test_undone_is_as_if_it_never_was(noticed: Warehouse) -> None:
    name = said(noticed, "new_normal")
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 6)
    undo(noticed, name, "Robin", aware(SPIKE_AT + 6) + timedelta(minutes=30), reason="it was no launch")
    judge(noticed, SPIKE_AT + 6, HOURS, step=9)
    with Warehouse.in_memory() as other:
        fill(other, ALL)
        at_once(other)
        shown = ("incident_id", "opened_at", "last_seen_at", "resolved_at", "actual_usd", "expected_usd", "severity")
        assert incidents(noticed).select(shown).rows() == incidents(other).select(shown).rows()


def test_undoing_ends_what_was_planned_with_it(noticed: Warehouse) -> None:
    name = said(noticed, "expected")
    undo(noticed, name, "Robin", SAID_AT + timedelta(minutes=5))
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 6)
    assert (known(noticed), states(noticed, [name], SAID_AT)) == (name, {name: "open"})


def test_nothing_done_is_nothing_to_undo(noticed: Warehouse) -> None:
    with pytest.raises(LinkRefused, match="nothing was done about the incident"):
        undo(noticed, known(noticed), "Robin", SAID_AT)


def test_of_a_silence_nobody_says_that_it_was_too_small(warehouse: Warehouse) -> None:
    with warehouse.transaction() as tx:
        tx.execute(
            "INSERT INTO incidents BY NAME SELECT 'x' AS incident_id, 'silence' AS kind, $at AS opened_at,"
            " $at AS noticed_at, $at AS last_seen_at, 'open' AS state, 'warn' AS severity, 0 AS actual_usd,"
            " 0 AS expected_usd, 0 AS impact_usd, '' AS driver, '' AS cause, 'silence:x' AS dedup_key",
            {"at": MONDAY},
        )
    with pytest.raises(LinkRefused, match="only of spend that was out of line"):
        act(warehouse, "x", "too_small", "Dana", SAID_AT)


def test_every_change_is_audited_with_who_when_and_why(noticed: Warehouse) -> None:
    name = said(noticed, "expected")
    undo(noticed, name, "Robin", SAID_AT + timedelta(minutes=5), reason="wrong one")
    rows = audit(noticed).select("done_by", "what", "about", "reason").rows()
    assert (rows, audit_break(noticed)) == (
        [
            ("Robin", "end", "planned", "wrong one"),
            ("Robin", "undo", "incident", "wrong one"),
            ("Dana", "add", "planned", "a load test"),
            ("Dana", "expected", "incident", "a load test"),
        ],
        None,
    )


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET done_by = 'Somebody' WHERE audit_no = 2",
        "UPDATE audit SET reason = '' WHERE audit_no = 2",
        "DELETE FROM audit WHERE audit_no = 2",
    ],
)
def test_a_changed_row_of_the_audit_shows(noticed: Warehouse, tampering: str) -> None:
    name = known(noticed)
    for minute in range(3):
        act(noticed, name, "acknowledge", "Dana", SAID_AT + timedelta(minutes=minute), reason="mine")
    with noticed.transaction() as tx:
        tx.execute(tampering)
    assert audit_break(noticed) == 2


def test_the_last_word_of_each_is_what_a_calibrator_learns_from(noticed: Warehouse) -> None:
    name = said(noticed, "incident")
    act(noticed, name, "false_alarm", "Dana", SAID_AT + timedelta(minutes=1))
    row = labels(noticed).row(0, named=True)
    assert (row["incident_id"], row["word"], row["score"] > 3, labels(noticed).height) == (
        name,
        "false_alarm",
        True,
        1,
    )


def test_what_came_late_and_explains_an_incident_ends_it(noticed: Warehouse) -> None:
    name = known(noticed)
    with noticed.transaction() as tx:
        tx.execute(
            "UPDATE hours SET cost_usd = 20, calls = 400, input_uncached = 800000"
            " WHERE team = 'support' AND hour_at >= $at",
            {"at": MONDAY + SPIKE_AT * HOUR},
        )
    judge(noticed, SPIKE_AT + 3, SPIKE_AT + 4)
    told = noticed.query("SELECT subject FROM outbox WHERE event = 'resolve' AND incident_id = $i", {"i": name})
    assert told["subject"].to_list() == ["[resolved] support / triage: no spike after all"]


def test_setting_a_budget_is_audited_with_what_it_was_before(warehouse: Warehouse) -> None:
    for amount, by in (("100.00", "Dana"), ("250.00", "Robin")):
        set_budget(warehouse, Budget(Scope("team", "support"), "monthly", Decimal(amount)), by=by, now=SAID_AT)
    rows = audit(warehouse).select("done_by", "what", "about_id", "detail").rows()
    assert rows == [
        ("Robin", "set", "team:support monthly", '{"amount_usd":"250","before_usd":"100"}'),
        ("Dana", "set", "team:support monthly", '{"amount_usd":"100","before_usd":null}'),
    ]
