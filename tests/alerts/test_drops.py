"""Drops in a warehouse: spend that falls while its service is heard is one incident; who is silent is silence's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from made_once import warehouse_after
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, noisy, times

from alerts import SPEND_DROP, SPEND_SPIKE, act, audit, incidents, labels, open_incidents, undo, watch
from alerts.detecting.drivers import Usage
from alerts.spikes.causes import Attempts
from alerts.spikes.drop_message import fallen as why
from alerts.spikes.reading import Reading
from dashboards import incident_story
from warehouse import Warehouse

FALL_AT = 2 * 168 + 38
BACK_AT = FALL_AT + 9
HOURS = FALL_AT + 60
CALM = [Service("search", name, noisy(flat(30), 0.1, seed=seed)) for seed, name in enumerate("abcde")]


def fallen(until: int = BACK_AT, usd: float = 20) -> Service:
    return Service("support", "triage", times(noisy(flat(usd), 0.1, seed=9), 0.001, FALL_AT, until))


def aware(hour: int) -> datetime:
    return (MONDAY + hour * HOUR).replace(tzinfo=UTC)


def heard(warehouse: Warehouse, *, last_hour: int) -> None:
    """The service that does triage speaks every hour: of triage until the fall, then of something else."""
    hours = range(FALL_AT - 200, last_hour)
    at = [MONDAY + hour * HOUR for hour in hours]
    work = ["triage" if hour < FALL_AT else "other" for hour in hours]
    rows = pl.DataFrame({"started_at": at, "ended_at": at, "received_at": at, "workflow": work}).with_columns(
        pl.lit("desk").alias("service"),
        pl.lit("support").alias("team"),
        *(pl.lit("x").alias(name) for name in ("sender", "trace_id", "span_id", "name", "status", "resource_id")),
        *(pl.lit("x").alias(name) for name in ("scope_name", "scope_version", "dialect", "purpose", "role")),
        *(pl.lit(0).alias(name) for name in ("span_no", "journal_seq", "dialect_rank")),
        pl.lit(MONDAY.date()).alias("journal_day"),
    )
    with warehouse.transaction() as tx:
        tx.insert("spans", rows)


def watched(warehouse: Warehouse, since: int, until: int) -> str:
    return str(
        watch(
            warehouse,
            since_hour=aware(since),
            until_hour=aware(until),
            channels=["terminal"],
            now=aware(until) + timedelta(minutes=15),
        )
    )


@pytest.fixture
def company(warehouse: Warehouse) -> Warehouse:
    fill(warehouse, hours_of([*CALM, fallen()], HOURS))
    return warehouse


def test_spend_that_falls_while_its_service_is_heard_is_one_incident(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    watched(company, 0, FALL_AT + 8)
    told = open_incidents(company).select("kind", "team", "workflow", "opened_at", "severity", "driver").rows()
    assert told == [("spend_drop", "support", "triage", MONDAY + FALL_AT * HOUR, "info", "")]


def test_its_impact_is_what_was_not_spent(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    watched(company, 0, FALL_AT + 8)
    row = open_incidents(company).row(0, named=True)
    assert row["impact_usd"] == row["actual_usd"] - row["expected_usd"]
    assert Decimal(-175) < row["impact_usd"] < Decimal(-140)


def test_it_is_told_as_less_than_expected_and_ends_when_spend_is_back(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    for hour in range(FALL_AT - 1, BACK_AT + 3):
        watched(company, hour, hour + 1)
    told = company.query("SELECT event, subject, severity FROM outbox ORDER BY rowid").rows()
    assert [event for event, _, _ in told] == ["trigger", "resolve"]
    assert "less than expected" in told[0][1]
    assert incidents(company)["resolved_at"].to_list() == [MONDAY + (BACK_AT + 1) * HOUR]


def test_a_dear_drop_is_a_warning_and_never_a_page(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([*CALM, fallen(usd=500)], HOURS))
    heard(warehouse, last_hour=HOURS)
    watched(warehouse, 0, FALL_AT + 8)
    assert open_incidents(warehouse)["severity"].to_list() == ["warn"]


def test_a_service_that_is_silent_explains_the_drop_of_its_workflow(company: Warehouse) -> None:
    heard(company, last_hour=FALL_AT)
    watched(company, 0, HOURS)
    assert incidents(company).is_empty()


def test_calls_that_go_on_without_a_price_are_no_drop(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    with company.transaction() as tx:
        tx.execute(
            "UPDATE hours SET calls = 400, unpriced_calls = 400 WHERE workflow = 'triage' AND hour_at >= $at",
            {"at": MONDAY + FALL_AT * HOUR},
        )
    watched(company, 0, FALL_AT + 8)
    assert incidents(company).is_empty()


def test_what_stays_away_for_a_week_is_the_new_level(warehouse: Warehouse) -> None:
    until = FALL_AT + 250
    fill(warehouse, hours_of([*CALM, fallen(until)], until))
    heard(warehouse, last_hour=until)
    watched(warehouse, 0, until)
    assert incidents(warehouse).select("kind", "resolved_at").rows() == [
        ("spend_drop", MONDAY + (FALL_AT + 169) * HOUR)
    ]


def test_hour_by_hour_and_all_at_once_give_the_same_drops(company: Warehouse) -> None:
    heard(company, last_hour=HOURS)
    fields = ["incident_id", "opened_at", "last_seen_at", "resolved_at", "actual_usd", "expected_usd", "severity"]
    for hour in range(FALL_AT - 1, BACK_AT + 4):
        watched(company, hour, hour + 1)
    one_by_one = incidents(company).select(fields).rows()
    with company.transaction() as tx:
        for table in ("incidents", "detector_states", "detector_hours"):
            tx.execute(f"DELETE FROM {table}")
    watched(company, 0, BACK_AT + 4)
    assert incidents(company).select(fields).rows() == one_by_one


SAID_AT = aware(FALL_AT + 8) + timedelta(minutes=40)
SHOWN = ["incident_id", "opened_at", "last_seen_at", "resolved_at", "actual_usd", "expected_usd", "severity"]


def fall(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([*CALM, fallen(FALL_AT + 40, usd=12)], HOURS))
    heard(warehouse, last_hour=HOURS)
    watched(warehouse, 0, FALL_AT + 8)


@pytest.fixture
def falling() -> Iterator[Warehouse]:
    """Eight hours into a fall of forty."""
    with warehouse_after(fall) as warehouse:
        yield warehouse


def said(warehouse: Warehouse, word: str) -> str:
    name = str(open_incidents(warehouse)["incident_id"][0])
    until = SAID_AT + timedelta(hours=24) if word == "expected" else None
    act(warehouse, name, word, "Dana", SAID_AT, until=until, reason="the batch moved")
    return name


@pytest.mark.parametrize("word", ["incident", "expected", "new_normal", "too_small", "false_alarm"])
def test_a_word_about_a_drop_gives_the_same_as_hours_come_and_in_a_rebuild(falling: Warehouse, word: str) -> None:
    said(falling, word)
    for hour in range(FALL_AT + 8, HOURS, 13):
        watched(falling, hour, min(hour + 13, HOURS))
    as_they_came = incidents(falling).select(SHOWN).rows()
    with falling.transaction() as tx:
        for table in ("detector_states", "detector_hours"):
            tx.execute(f"DELETE FROM {table}")
    watched(falling, 0, HOURS)
    kinds = incidents(falling).sort("opened_at").select("kind", "opened_at").rows()
    found = [(kind.removeprefix("spend_"), (at - MONDAY) // HOUR - FALL_AT) for kind, at in kinds]
    again = {"expected": [("drop", 33)], "new_normal": [("spike", 40)], "too_small": [("drop", 8)]}
    again["false_alarm"] = [("drop", 8)]
    assert (found, incidents(falling).select(SHOWN).rows()) == ([("drop", 0), *again.get(word, [])], as_they_came)


def test_a_word_about_a_drop_is_told_audited_and_can_be_taken_back(falling: Warehouse) -> None:
    name = said(falling, "new_normal")
    watched(falling, FALL_AT + 8, FALL_AT + 12)
    quiet = open_incidents(falling).is_empty()
    undo(falling, name, "Robin", aware(FALL_AT + 12) + timedelta(minutes=30))
    watched(falling, FALL_AT + 12, FALL_AT + 13)
    told = falling.query("SELECT event FROM outbox WHERE incident_id = $i ORDER BY rowid", {"i": name})["event"]
    assert (quiet, open_incidents(falling)["incident_id"].to_list(), told.to_list()) == (
        True,
        [name],
        ["trigger", "resolve", "trigger"],
    )
    assert (audit(falling)["what"].to_list(), labels(falling, "spend_drop").height) == (["undo", "new_normal"], 0)


@pytest.mark.parametrize(
    ("tried", "told"), [(90, "Calls go on, 90 in"), (9, "Hardly a call is"), (0, "No call is tried")]
)
def test_what_is_missing_is_said_as_it_was_seen(tried: int, told: str) -> None:
    usage = {"actual": Usage(0.0, 0.0, 0.0), "expected": Usage(160.0, 100.0, 1e6)}
    numbers = {"last_hour_usd": 0.0, "last_hour_expected_usd": 20.0, "rising": True, "score": 9.0, "window_hours": 1}
    attempts = Attempts(tried, 0, 10_000, 0, tried, 0)
    reading = Reading(since=MONDAY, until=MONDAY + 8 * HOUR, attempts=attempts, **usage, **numbers)
    assert why(reading).startswith(told)


def test_pages_offer_the_words_of_all_spend_out_of_line() -> None:
    assert incident_story.OF_SPEND == (SPEND_SPIKE, SPEND_DROP)
