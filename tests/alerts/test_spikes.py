"""Spikes in a warehouse: one incident with the ledger's money, its messages beside it, history told to nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import polars as pl
import pytest
from made_once import warehouse_after
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import Thresholds, incidents, last_closed_hour, open_incidents, watch, would_have_spiked
from warehouse import Warehouse

HOURS = 3 * 168
SPIKE_AT = 2 * 168 + 38
TRIAGE = Service("support", "triage", times(noisy(flat(20), 0.1, seed=7), 6, SPIKE_AT, SPIKE_AT + 5))
CALM = Service("search", "rank", noisy(flat(30), 0.1, seed=2))


def aware(hour: int) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


def watched(warehouse: Warehouse, since: int, until: int, *, now: datetime | None = None) -> str:
    return str(
        watch(
            warehouse,
            since_hour=aware(since),
            until_hour=aware(until),
            channels=["webhook", "terminal"],
            now=now or aware(until) + timedelta(minutes=15),
            links="http://127.0.0.1:8501",
        )
    )


def outbox(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.query("SELECT * FROM outbox ORDER BY written_at, event DESC, channel, last_error")


def remember(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([TRIAGE, CALM], HOURS))
    watched(warehouse, 0, SPIKE_AT - 2)


@pytest.fixture
def filled() -> Iterator[Warehouse]:
    """Judged until shortly before a spike."""
    with warehouse_after(remember) as warehouse:
        yield warehouse


def test_an_hour_changes_its_incident_and_posts_its_messages_together(filled: Warehouse) -> None:
    said = watched(filled, SPIKE_AT, SPIKE_AT + 1)
    events = outbox(filled).select("channel", "event", "dedup_key").rows()
    key = open_incidents(filled)["dedup_key"][0]
    assert (said, events) == (
        "1 hours: 1 opened, 0 resolved, 2 messages",
        [("terminal", "trigger", key), ("webhook", "trigger", key)],
    )


def test_the_money_of_an_incident_is_the_ledgers_to_the_last_decimal(filled: Warehouse) -> None:
    watched(filled, 168, HOURS)
    found = incidents(filled).row(0, named=True)
    spent = filled.query(
        "SELECT sum(cost_usd) FROM hours WHERE team = 'support' AND hour_at >= $since AND hour_at < $until",
        {"since": found["opened_at"], "until": found["last_seen_at"]},
    ).item()
    assert (found["actual_usd"], found["impact_usd"]) == (spent, spent - found["expected_usd"])


def test_hour_by_hour_and_all_at_once_give_the_same_incidents(filled: Warehouse) -> None:
    for hour in range(SPIKE_AT - 2, SPIKE_AT + 8):
        watched(filled, hour, hour + 1, now=aware(HOURS))
    for hour in range(SPIKE_AT + 8, SPIKE_AT + 24, 4):
        watched(filled, hour, hour + 4, now=aware(HOURS))
    by_hour = incidents(filled)
    with Warehouse.in_memory() as other:
        fill(other, hours_of([TRIAGE, CALM], HOURS))
        watched(other, 0, HOURS, now=aware(HOURS))
        assert incidents(other).rows() == by_hour.rows()


def test_watching_an_hour_twice_changes_nothing(filled: Warehouse) -> None:
    watched(filled, SPIKE_AT, SPIKE_AT + 14)
    before = (incidents(filled).rows(), outbox(filled).rows())
    said = watched(filled, SPIKE_AT, SPIKE_AT + 14)
    assert (said, incidents(filled).rows(), outbox(filled).rows()) == (
        "14 hours: 0 opened, 0 resolved, 0 messages",
        *before,
    )


def test_history_is_recorded_and_wakes_nobody(filled: Warehouse) -> None:
    watched(filled, 0, HOURS, now=aware(HOURS))
    errors = outbox(filled).select("event", "sent_at", "last_error").unique(maintain_order=True).rows()
    assert errors == [("trigger", None, "not sent: history"), ("resolve", None, "not sent: history")]


def test_what_still_goes_on_is_told_although_it_began_long_ago(warehouse: Warehouse) -> None:
    going_on = Service("support", "triage", times(noisy(flat(20), 0.1, seed=3), 6, SPIKE_AT, HOURS))
    fill(warehouse, hours_of([going_on], SPIKE_AT + 24))
    watched(warehouse, 0, SPIKE_AT + 24)
    told = outbox(warehouse).select("event", "last_error").unique().rows()
    assert told == [("trigger", None)]


def test_a_look_back_in_stretches_tells_what_reaches_the_present(warehouse: Warehouse) -> None:
    going_on = Service("support", "triage", times(noisy(flat(20), 0.1, seed=3), 6, SPIKE_AT, HOURS))
    fill(warehouse, hours_of([going_on], SPIKE_AT + 24))
    for stretch in (0, 1):
        watched(warehouse, SPIKE_AT + 12 * stretch, SPIKE_AT + 12 * (stretch + 1), now=aware(SPIKE_AT + 24))
    told = outbox(warehouse).select("event", "last_error", "channel").rows()
    assert told == [
        ("trigger", "not sent: history", "terminal"),
        ("trigger", None, "terminal"),
        ("trigger", "not sent: history", "webhook"),
        ("trigger", None, "webhook"),
    ]


def test_every_firing_that_was_told_gets_its_resolve(filled: Warehouse) -> None:
    for hour in range(SPIKE_AT, SPIKE_AT + 24, 3):
        watched(filled, hour, hour + 3)
    assert outbox(filled)["event"].to_list() == ["trigger", "trigger", "resolve", "resolve"]


def test_every_number_of_a_message_is_the_incidents(filled: Warehouse) -> None:
    watched(filled, SPIKE_AT, SPIKE_AT + 1)
    body = orjson.loads(outbox(filled)["body"][0])
    row = open_incidents(filled).row(0, named=True)
    names = ("actual_usd", "expected_usd", "impact_usd")
    assert [Decimal(body["facts"][name]) for name in names] == [row[name] for name in names]


def test_the_message_says_what_how_much_since_when_why_and_whose(filled: Warehouse) -> None:
    watched(filled, SPIKE_AT, SPIKE_AT + 2)
    body = orjson.loads(outbox(filled)["body"][0])
    incident = open_incidents(filled)["incident_id"][0]
    assert [body["subject"], *body["lines"]] == [
        "[page] support / triage: spend 6.1× the usual, $240.59 so far (+$201.00)",
        "Spent $240.59 where $39.59 is usual: $201.00 too much. $121.90 in the last hour, still rising.",
        "Since 2026-01-20 14:00 UTC (2 h). If it goes on: about $2,447 too much by 2026-01-21 14:00 UTC.",
        f"Why: {open_incidents(filled)['cause'][0]}",
        "Data: complete until 2026-01-20 16:00 UTC; all 4,812 calls are priced.",
        "Not the cause: retries, 0 of 4,812 attempts failed.",
        "Rule: hourly spend; 9.1 robust deviations over 1 h.",
        "Owner: team support.",
        f"Open: http://127.0.0.1:8501/incidents?id={incident}",
    ]


def test_the_cause_names_drivers_and_what_it_is_not(filled: Warehouse) -> None:
    watched(filled, SPIKE_AT, SPIKE_AT + 2)
    assert open_incidents(filled)["cause"][0] == (
        "Calls ×6.1 (all of it). Not the cause: tokens per call, unit price. gpt-5-mini has all of it. "
        "Compared with what these hours of the week usually cost."
    )


def test_a_warning_that_becomes_a_page_is_told_again_under_the_same_key(warehouse: Warehouse) -> None:
    creeping = Service("support", "triage", times(times(flat(2), 9, SPIKE_AT, HOURS), 20, SPIKE_AT + 2, HOURS))
    fill(warehouse, hours_of([creeping], HOURS))
    for hour in range(SPIKE_AT, SPIKE_AT + 3):
        watched(warehouse, hour, hour + 1)
    subjects = outbox(warehouse).filter(pl.col("channel") == "webhook").select("dedup_key", "subject")
    assert (subjects["dedup_key"].n_unique(), [subject[:6] for subject in subjects["subject"]]) == (
        1,
        ["[warn]", "[page]"],
    )


def test_unattributed_spend_has_incidents_too(warehouse: Warehouse) -> None:
    nobody = Service(None, None, times(noisy(flat(20), 0.1, seed=4), 8, SPIKE_AT, SPIKE_AT + 3))
    fill(warehouse, hours_of([nobody], HOURS))
    watched(warehouse, SPIKE_AT, SPIKE_AT + 1)
    assert open_incidents(warehouse).select("team", "workflow").rows() == [(None, None)]


def test_hostile_names_stay_one_visible_line(warehouse: Warehouse) -> None:
    hostile = Service("a\x1b[2J\nb\u202e", "<!channel>\r\n", times(flat(20), 8, SPIKE_AT, SPIKE_AT + 3))
    fill(warehouse, hours_of([hostile], HOURS))
    watched(warehouse, SPIKE_AT, SPIKE_AT + 1)
    body = orjson.loads(outbox(warehouse)["body"][0])
    assert all(line.isprintable() for line in [body["subject"], *body["lines"]])


def test_a_workflow_younger_than_a_week_is_said_to_be_too_young(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([CALM, Service("new", "flow", lambda hour: 50.0 if hour >= 300 else 0.0)], 320))
    assert watched(warehouse, 319, 320).endswith("; 1 workflows are too young to judge")


def test_an_empty_warehouse_has_nothing_to_watch(warehouse: Warehouse) -> None:
    assert watched(warehouse, 0, 5) == "0 hours: 0 opened, 0 resolved, 0 messages"


def test_an_hour_is_closed_a_quarter_past() -> None:
    late, early = (datetime(2026, 10, 3, 14, minute, tzinfo=UTC) for minute in (15, 14))
    assert (last_closed_hour(late).hour, last_closed_hour(early).hour) == (14, 13)


def test_a_look_back_finds_what_was_told_and_what_other_thresholds_would_have_told(filled: Warehouse) -> None:
    watched(filled, SPIKE_AT - 2, SPIKE_AT + 3)
    told = incidents(filled)
    now = aware(SPIKE_AT + 3) + timedelta(minutes=15)
    as_set, dearer = (
        would_have_spiked(filled, replace(Thresholds(), impact_usd=impact), zone=ZoneInfo("UTC"), now=now)
        for impact in (Thresholds().impact_usd, 5000)
    )
    assert (as_set.fired, round(as_set.impact_usd), dearer.fired) == (told.height, round(told["impact_usd"].sum()), 0)
