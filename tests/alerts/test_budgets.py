"""Budgets: each mark is told once a month, all of it is an incident, and the incident ends with its month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_once import warehouse_after
from months import budget
from spend import Service, fill, flat, hours_of, office

from alerts import Budget, Scope, enact, incidents, open_incidents, set_budget, standing, standings, watch_budgets
from warehouse import Warehouse

ZONE = ZoneInfo("Europe/Berlin")
# 5 January 2026 to the end of March: a dollar an hour, so 24 a day; from the 1st at 00:00 in Berlin 744 in January.
FIRST = datetime(2026, 1, 31, 23, 0, tzinfo=UTC)  # 1 February in Berlin


def after(hours: float) -> datetime:
    return FIRST + timedelta(hours=hours)


def watched(warehouse: Warehouse, now: datetime, *, ahead: bool = False) -> str:
    links = "http://127.0.0.1:8501"
    return str(watch_budgets(warehouse, zone=ZONE, channels=["terminal"], now=now, links=links, ahead=ahead))


def told(warehouse: Warehouse) -> list[tuple[str, str, str | None]]:
    rows = warehouse.query("SELECT event, subject, last_error FROM outbox ORDER BY written_at, event DESC, subject")
    return rows.rows()


def spent(warehouse: Warehouse, budget_usd: str) -> None:
    fill(warehouse, hours_of([Service("support", "triage", lambda hour: 1.0)], 24 * 85))
    budget(warehouse, "support", budget_usd)


@pytest.fixture
def ledger() -> Iterator[Warehouse]:
    with warehouse_after(spent, "100.00") as opened:
        yield opened


def test_each_mark_is_told_once(ledger: Warehouse) -> None:
    for hour in range(0, 130, 2):
        watched(ledger, after(hour))
    assert [subject.split(",")[0] for _, subject, _ in told(ledger)] == [
        "[info] support: 50 % of the budget of 2026-02 is spent",
        "[warn] support: 80 % of the budget of 2026-02 is spent",
        "[warn] support: 100 % of the budget of 2026-02 is spent",
        "[page] support: 120 % of the budget of 2026-02 is spent",
    ]


def test_of_marks_passed_at_once_only_the_highest_is_told(ledger: Warehouse) -> None:
    watched(ledger, after(90))
    assert [subject[:20] for _, subject, _ in told(ledger)] == ["[warn] support: 90 %"]


def test_a_mark_passed_last_week_is_no_news(ledger: Warehouse) -> None:
    budget(ledger, "search", "300.00")
    fill(ledger, hours_of([Service("search", "rank", lambda hour: 170.0 if hour == 650 else 0.0)], 24 * 60))
    watched(ledger, after(24 * 10))
    assert {subject.split(" of ")[0]: error for _, subject, error in told(ledger)} == {
        "[page] support: 240 %": None,
        "[info] search: 56 %": "not sent: history",
    }


def test_a_spent_budget_is_an_incident_with_the_overrun_as_its_impact(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    found = open_incidents(ledger).row(0, named=True)
    assert {
        name: found[name] for name in ("kind", "team", "opened_at", "actual_usd", "expected_usd", "impact_usd")
    } == {
        "kind": "budget",
        "team": "support",
        "opened_at": datetime(2026, 2, 5, 2),
        "actual_usd": Decimal(107),
        "expected_usd": Decimal(100),
        "impact_usd": Decimal(7),
    }


def test_the_message_says_what_is_left_when_and_what_the_month_will_come_to(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    body = orjson.loads(ledger.query("SELECT body FROM outbox").item())
    assert [body["subject"], *body["lines"][:3]] == [
        "[warn] support: 107 % of the budget of 2026-02 is spent, $107.00 of $100.00",
        "Spent $107.00 of the budget of $100.00: $7.00 over.",
        "100 % was passed in the hour of 2026-02-05 02:00 UTC.",
        "By the end of the month about $672.00 ($672.00 to $672.00).",
    ]


def test_the_message_says_what_most_of_it_went_on(ledger: Warehouse) -> None:
    budget(ledger, "search", "100.00")
    rank, embed = (Service("search", name, flat(usd)) for name, usd in (("rank", 3), ("embed", 1)))
    fill(ledger, hours_of([rank, embed], 24 * 32))
    watched(ledger, after(30))
    bodies = [orjson.loads(body) for body in ledger.query("SELECT body FROM outbox WHERE team = 'search'")["body"]]
    assert [line for body in bodies for line in body["lines"] if line.startswith("Most of it")] == [
        "Most of it: rank $90.00 (75%), embed $30.00 (25%)."
    ]


def test_an_incident_ends_with_its_month_and_with_what_the_month_cost(ledger: Warehouse) -> None:
    watched(ledger, after(24 * 27))
    watched(ledger, after(24 * 28))
    found = incidents(ledger).filter(pl.col("state") == "resolved").row(0, named=True)
    assert (found["resolved_at"], found["actual_usd"]) == (datetime(2026, 2, 28, 23), Decimal(672))


def test_a_raised_budget_ends_the_incident_and_is_watched_anew(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    with ledger.transaction() as tx:
        tx.execute("UPDATE teams SET monthly_budget_usd = 130")
    said = watched(ledger, after(108))
    assert (said, open_incidents(ledger).height, [(event, subject[:45]) for event, subject, _ in told(ledger)]) == (
        "1 budgets in use: 0 overspent, 1 ended, 2 messages",
        0,
        [
            ("trigger", "[warn] support: 107 % of the budget of 2026-0"),
            ("resolve", "[resolved] support: its budget was changed"),
            ("notice", "[warn] support: 83 % of the budget of 2026-02"),
        ],
    )


def test_looking_twice_changes_nothing(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    before = (told(ledger), incidents(ledger).rows())
    watched(ledger, after(107))
    assert (told(ledger), incidents(ledger).rows()) == before


def test_a_team_without_a_budget_or_without_spend_is_not_watched(warehouse: Warehouse) -> None:
    budget(warehouse, "legal", "10.00")
    budget(warehouse, "search", None)
    assert watched(warehouse, after(100)) == "0 budgets in use: 0 overspent, 0 ended, 0 messages"


@given(st.lists(st.floats(0, 24 * 28, allow_nan=False), min_size=1, max_size=12))
@settings(max_examples=20)
def test_each_mark_is_told_once_whenever_one_looks(hours: list[float]) -> None:
    with warehouse_after(spent, "400.00") as opened:
        for hour in [*hours, 24 * 28 - 1]:  # in any order: a clock may be set back, a rebuild may look again
            watched(opened, after(hour), ahead=True)
        said = opened.query("SELECT dedup_key, event, severity FROM outbox WHERE event <> 'resolve'").rows()
        assert (len(said) <= 6, len(said)) == (True, len(set(said)))


def test_a_budget_that_will_not_last_is_told_before_it_is_gone(ledger: Warehouse) -> None:
    budget(ledger, "search", "640.00")
    fill(ledger, hours_of([Service("search", "rank", lambda hour: 1.0)], 24 * 85))
    for hour in range(0, 24 * 10, 6):
        watched(ledger, after(hour), ahead=True)
    heading = [subject for _, subject, _ in told(ledger) if "search: heading" in subject]
    assert len(heading) == 1


def test_both_forecast_marks_are_told_when_it_gets_worse(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([Service("search", "rank", lambda hour: 1.0 if hour < 850 else 2.0)], 24 * 85))
    budget(warehouse, "search", "660.00")
    for hour in range(0, 24 * 20, 12):
        watched(warehouse, after(hour), ahead=True)
    keys = warehouse.query("SELECT mark FROM budget_marks WHERE mark LIKE 'forecast%' ORDER BY mark")["mark"].to_list()
    assert keys == ["forecast 100", "forecast 110"]


def test_a_budget_once_over_is_not_triggered_again_by_a_correction(ledger: Warehouse) -> None:
    watched(ledger, after(107))
    with ledger.transaction() as tx:
        tx.execute("UPDATE hours SET cost_usd = cost_usd * 0.5")
    watched(ledger, after(108))
    with ledger.transaction() as tx:
        tx.execute("UPDATE hours SET cost_usd = cost_usd * 2")
    watched(ledger, after(109))
    assert [event for event, _, _ in told(ledger)] == ["trigger", "resolve"]


@pytest.mark.parametrize(
    ("scope", "period", "spent"),
    [
        (Scope("company"), "monthly", 214),
        (Scope("workflow", "rank"), "monthly", 107),
        (Scope("workflow", "triage", "support"), "quarterly", 754),
        (Scope("workflow", "triage", "search"), "monthly", 0),
        (Scope("cost_centre", "CC-1"), "monthly", 107),
        (Scope("model", "gpt-5-mini"), "annual", 1508),
        (Scope("model", "gpt-5-mini", "search"), "monthly", 107),
    ],
)
def test_every_scope_and_period_has_its_own_sum(warehouse: Warehouse, scope: Scope, period: str, spent: int) -> None:
    fill(warehouse, hours_of([Service("support", "triage", lambda hour: 1.0)], 24 * 85))
    fill(warehouse, hours_of([Service("search", "rank", lambda hour: 1.0)], 24 * 85))
    budget(warehouse, "support", None, cost_centre="CC-1")
    set_budget(warehouse, Budget(scope, period, Decimal(10_000)), by="ada", now=after(0))
    found = standings(warehouse, zone=ZONE, now=after(107))
    assert [int(each.account.spent_usd) for each in found] == [spent]


def test_a_command_wins_over_the_file_and_outlives_a_restart(warehouse: Warehouse) -> None:
    support = Scope("team", "support")
    from_file = [Budget(support, "monthly", Decimal("100.00"))]
    enact(warehouse, from_file)
    set_budget(warehouse, Budget(support, "monthly", Decimal("250.00")), by="ada", now=after(0))
    enact(warehouse, from_file)
    in_teams = warehouse.query("SELECT monthly_budget_usd FROM teams").item()
    assert ([(each.amount_usd, each.set_by) for each in standing(warehouse)], in_teams) == ([(250, "ada")], 250)


def test_a_budget_of_nothing_takes_it_away(warehouse: Warehouse) -> None:
    support = Scope("team", "support")
    enact(warehouse, [Budget(support, "monthly", Decimal("100.00"))])
    set_budget(warehouse, Budget(support, "monthly", Decimal(0)), by="ada", now=after(0))
    assert standing(warehouse) == []


@given(st.integers(1, 24 * 28 - 1))
@settings(max_examples=15)
def test_a_flat_month_burns_at_the_share_of_its_time(hour: int) -> None:
    with warehouse_after(spent, "672.00") as opened:
        (found,) = standings(opened, zone=ZONE, now=after(hour))
        assert (found.expected_share, found.burn) == pytest.approx((hour / 672, 1.0))


def test_an_office_burns_no_faster_on_a_friday_night(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([Service("support", "triage", office(10.0))], 24 * 85))
    budget(warehouse, "support", "1000.00")
    nights = [after(24 * day + 18) for day in (5, 12, 19)]
    burns = [standings(warehouse, zone=ZONE, now=night)[0].burn or 0 for night in nights]
    assert max(burns) - min(burns) < 0.03


def test_the_day_on_which_it_is_gone_is_the_day_on_which_it_goes(ledger: Warehouse) -> None:
    (ahead,) = standings(ledger, zone=ZONE, now=after(30))
    (after_it,) = standings(ledger, zone=ZONE, now=after(24 * 20))
    assert (ahead.exhausted_on, after_it.exhausted_on) == (date(2026, 2, 5), date(2026, 2, 5))


def test_a_budget_of_the_company_is_nobody_s_team_and_says_so(ledger: Warehouse) -> None:
    set_budget(ledger, Budget(Scope("company"), "monthly", Decimal(100)), by="ada", now=after(0))
    watched(ledger, after(107))
    body = orjson.loads(ledger.query("SELECT body FROM outbox WHERE subject LIKE '%the company%'").item())
    assert ("Owner: whoever answers for the budget." in body["lines"], body["facts"]["cause"]) == (
        True,
        "The budget of the company for 2026-02 is spent.",
    )
