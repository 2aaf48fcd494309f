"""Conditions other than spend: each opens once with its numbers, ends when it is over, and chance opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from alerts.rules.operation import operation_rules
from alerts.rules.rates import rate_rules
from alerts.rules.rule import Rule, watch_rules, would_have_fired
from alerts.rules.slow import slow_rules
from warehouse import Warehouse

NOW = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)  # a Monday
AT = NOW.replace(tzinfo=None)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def rule(kind: str, zone: str = "UTC") -> Rule:
    rules = (
        *rate_rules(unpriced_points=5, failure_points=20, evaluation_points=3, guardrail_points=5),
        *slow_rules(price_days=30, drift_percent=20, zone=ZoneInfo(zone)),
    )
    return next(each for each in rules if each.kind == kind)


def calls(
    warehouse: Warehouse, at: datetime, count: int, *, bad: int = 0, failed: bool = False, team: str = "support"
) -> None:
    """So many calls at an instant, the first of them bad: unpriced, or failed."""
    first = int(warehouse.query("SELECT coalesce(max(span_no), 0) AS n FROM calls").item()) + 1
    rows = [
        {
            "span_no": first + number, "sender": "", "trace_id": "t", "span_id": "s", "started_at": at, "ended_at": at,
            "dialect": "d", "purpose": "product", "duplicates": 0, "billed": not (failed and number < bad),
            "failed": failed and number < bad, "task_id": "t", "team": team, "model": "gpt", "provider": "openai",
            "unpriced_because": "no price" if number < bad and not failed else None,
        }
        for number in range(count)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={"unpriced_because": pl.String})
    with warehouse.transaction() as tx:
        have = set(tx.query("SELECT * FROM calls LIMIT 0").columns)
        extra = {"signal": "trace", "owner": ""}.items()
        told = frame.with_columns(pl.lit(value).alias(name) for name, value in extra if name in have)
        tx.insert("calls", told)


def checks(warehouse: Warehouse, kind: str, at: datetime, count: int, hits: int) -> None:
    result = ("passed", "failed") if kind == "evaluation" else ("blocked", "passed")
    rows = [
        {
            "sender": "", "owner": "", "trace_id": "t", "task_id": "t", "team": "support", "workflow": "chat",
            "checked_at": at, "kind": kind, "name": "quality", "result": result[number >= hits],
        }
        for number in range(count)
    ]  # fmt: skip
    with warehouse.transaction() as tx:
        tx.insert("task_checks", pl.DataFrame(rows))


def hours(warehouse: Warehouse, week: int, usd: str) -> None:
    """One hour's spend in the week that began so many weeks before Monday."""
    hour = AT.replace(hour=10) - week * 7 * DAY
    with warehouse.transaction() as tx:
        have = tx.query(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'hours'"
        )
        row = {
            name: 0
            for name, kind, nullable in have.iter_rows()
            if nullable == "NO" and ("INT" in kind or "DECIMAL" in kind)
        }
        row |= {name: "" for name, kind, nullable in have.iter_rows() if nullable == "NO" and kind == "VARCHAR"}
        told = row | {"hour_at": hour, "team": "support", "workflow": "chat", "cost_usd": Decimal(usd)}
        tx.insert("hours", pl.DataFrame([told], schema_overrides={"cost_usd": pl.Decimal(38, 12)}))


def test_a_share_without_a_price_that_rises_opens_once_and_ends(warehouse: Warehouse) -> None:
    calls(warehouse, AT - 3 * DAY, 500, bad=2)
    calls(warehouse, AT - HOUR, 100, bad=40)
    looks = [
        watch_rules(warehouse, [rule("unpriced")], channels=["routes"], now=NOW + wait)
        for wait in (0 * DAY, HOUR, 2 * DAY)
    ]
    told = warehouse.query("SELECT event, subject FROM outbox ORDER BY rowid").rows()
    assert ([(look.opened, look.resolved) for look in looks], told) == (
        [(1, 0), (0, 0), (0, 1)],
        [
            ("trigger", "[warn] support: 40.0% of the calls of gpt lack a price or a full usage, 0.4% before"),
            (
                "resolve",
                "[resolved] no longer so: support: 40.0% of the calls of gpt lack a price or a full usage, 0.4% before",
            ),
        ],
    )


@pytest.mark.parametrize(("count", "bad"), [(10, 10), (100, 1), (40, 4)])
def test_what_a_few_calls_do_by_chance_opens_nothing(warehouse: Warehouse, count: int, bad: int) -> None:
    calls(warehouse, AT - 3 * DAY, 100, bad=3)
    calls(warehouse, AT - HOUR, count, bad=bad)
    assert rule("unpriced").find(warehouse, AT) == []


def test_a_provider_that_fails_is_named_within_the_hour(warehouse: Warehouse) -> None:
    calls(warehouse, AT - 2 * DAY, 300, bad=3, failed=True)
    calls(warehouse, AT - HOUR / 2, 60, bad=30, failed=True)
    found = rule("provider_failures").find(warehouse, AT)
    assert [(each.headline, each.lines[0]) for each in found] == [
        (
            "openai: 50.0% of attempts fail, 1.0% before",
            "In the last hour: 50.0% (30 of 60); in the 7 days before: 1.0% (3 of 300).",
        )
    ]


@pytest.mark.parametrize(("hits", "opens"), [(880, True), (940, False)])
def test_answers_that_pass_three_points_less_are_told(warehouse: Warehouse, hits: int, opens: bool) -> None:
    checks(warehouse, "evaluation", AT - 5 * DAY, 2000, 1900)
    checks(warehouse, "evaluation", AT - HOUR, 1000, hits)
    assert [each.headline for each in rule("evaluation_drop").find(warehouse, AT)] == (
        ["support / chat: only 88.0% pass the evaluation quality, 95.0% before"] if opens else []
    )


def test_a_guardrail_that_steps_in_more_often_is_told(warehouse: Warehouse) -> None:
    checks(warehouse, "guardrail", AT - 5 * DAY, 1000, 20)
    checks(warehouse, "guardrail", AT - HOUR, 200, 30)
    assert [each.headline for each in rule("guardrail_rate").find(warehouse, AT)] == [
        "support / chat: the guardrail quality steps in at 15.0% of checks, 2.0% before"
    ]


def test_a_price_ahead_says_whom_it_costs_what_a_month(warehouse: Warehouse) -> None:
    calls(warehouse, AT - DAY, 1, team="support")
    calls(warehouse, AT - DAY, 1, team="search")
    change = AT + 6 * DAY
    line = {
        "layer": "list", "provider": "anthropic", "model": "sonnet", "token_class": "output_text",
        "service_tier": "standard", "min_input_tokens": 0, "from_minute": 0, "until_minute": 1440, "source": "s",
        "book_version": "v",
    }  # fmt: skip
    prices = [
        line
        | {
            "line_no": 900_001,
            "valid_from": datetime(2020, 1, 1),
            "valid_to": change,
            "usd_per_token": Decimal("0.000010"),
        },
        line
        | {
            "line_no": 900_002,
            "valid_from": change,
            "valid_to": datetime(9999, 1, 1),
            "usd_per_token": Decimal("0.000015"),
        },
    ]
    charged = [
        {
            "span_no": span,
            "token_class": "output_text",
            "quantity": quantity,
            "price_line_no": 900_001,
            "cost_usd": Decimal(cost),
        }
        for span, quantity, cost in ((1, 100_000_000, "1000"), (2, 20_000_000, "200"))
    ]
    money = {"usd_per_token": pl.Decimal(18, 12), "cost_usd": pl.Decimal(18, 12)}
    with warehouse.transaction() as tx:
        tx.insert("price_lines", pl.DataFrame(prices, schema_overrides={"usd_per_token": money["usd_per_token"]}))
        tx.insert("charges", pl.DataFrame(charged, schema_overrides={"cost_usd": money["cost_usd"]}))
    found = rule("price_change").find(warehouse, AT)
    assert [(each.headline, each.lines[1]) for each in found] == [
        (
            "sonnet +50% from 2026-11-01: 2 teams, +$600.00 a month",
            "By team, a month: support +$500.00, search +$100.00.",
        )
    ]


def test_spend_that_creeps_up_week_by_week_is_told_on_monday(warehouse: Warehouse) -> None:
    for week, usd in ((4, "1000"), (3, "1080"), (2, "1170"), (1, "1260")):
        hours(warehouse, week, usd)
    found = rule("drift").find(warehouse, AT)
    assert [each.headline for each in found] == [
        "support / chat: spend crept up by 26% in four weeks, to $1,260 a week"
    ]


def test_the_weeks_of_drift_begin_where_the_company_is(warehouse: Warehouse) -> None:
    for week, usd in ((4, "1000"), (3, "1080"), (2, "1170"), (1, "1260")):
        hours(warehouse, week, usd)  # Monday 10:00 UTC is Monday in Hawaii, and Sunday in Samoa
    found = [len(rule("drift", zone).find(warehouse, AT)) for zone in ("Pacific/Honolulu", "Pacific/Pago_Pago")]
    assert found == [1, 0]


def test_spend_that_went_up_and_down_is_no_drift(warehouse: Warehouse) -> None:
    for week, usd in ((4, "1000"), (3, "1300"), (2, "1200"), (1, "1400")):
        hours(warehouse, week, usd)
    assert rule("drift").find(warehouse, AT) == []


def test_reading_that_is_behind_opens_and_ends(warehouse: Warehouse) -> None:
    behind = [3600.0, 3600.0, 0.0]
    rules = operation_rules(lag_minutes=15, lag_s=lambda: behind[0])
    looks = []
    for number in range(3):
        looks.append(watch_rules(warehouse, rules, channels=["routes"], now=NOW + number * HOUR))
        behind.pop(0)
    assert [(look.opened, look.resolved) for look in looks] == [(1, 0), (0, 0), (0, 1)]


def test_a_job_is_told_when_it_goes_on_failing_and_not_before_it_was_tried_again(warehouse: Warehouse) -> None:
    rows = [
        {"job": "spikes", "period": "2026-10-26T09", "started_at": AT, "result": "OSError: disk"},
        {"job": "verify", "period": "2026-10-25", "started_at": AT, "result": None},
    ]
    with warehouse.transaction() as tx:
        tx.insert("job_runs", pl.DataFrame(rows))
    rules, told = operation_rules(lag_minutes=0, lag_s=lambda: 0.0), []
    for minutes in (0, 5, 10, 15):
        watch_rules(warehouse, rules, channels=["routes"], now=NOW + timedelta(minutes=minutes))
        told.append(warehouse.query("SELECT count(*) AS n FROM outbox").item())
    subject = warehouse.query("SELECT subject FROM outbox").item()
    assert (told, subject) == ([0, 0, 1, 1], "[warn] the job spikes fails: OSError: disk")


def test_a_job_that_recovers_at_the_next_try_is_told_to_nobody(warehouse: Warehouse) -> None:
    row = {"job": "spikes", "period": "2026-10-26T09", "started_at": AT, "result": "OSError: disk"}
    rules = operation_rules(lag_minutes=0, lag_s=lambda: 0.0)
    with warehouse.transaction() as tx:
        tx.insert("job_runs", pl.DataFrame([row]))
    watch_rules(warehouse, rules, channels=["routes"], now=NOW)
    with warehouse.transaction() as tx:
        tx.execute("UPDATE job_runs SET finished_at = started_at")
    watch_rules(warehouse, rules, channels=["routes"], now=NOW + timedelta(minutes=5))
    heard = warehouse.query("SELECT count(*) AS n FROM outbox WHERE last_error IS DISTINCT FROM 'not sent: history'")
    assert heard.item() == 0


def test_a_back_test_says_how_often_a_rule_would_have_fired(warehouse: Warehouse) -> None:
    for days in range(1, 40):
        calls(warehouse, AT - days * DAY, 50, bad=30 if days in {3, 20} else 0)
    tried = would_have_fired(warehouse, rule("unpriced"), now=NOW)
    written = warehouse.query("SELECT (SELECT count(*) FROM incidents) + (SELECT count(*) FROM outbox) AS n").item()
    assert (tried.fired, tried.days, written) == (2, 30, 0)


def test_the_past_of_a_queue_cannot_be_asked(warehouse: Warehouse) -> None:
    lag = operation_rules(lag_minutes=15, lag_s=lambda: 0.0)[0]
    assert would_have_fired(warehouse, lag, now=NOW).fired is None
