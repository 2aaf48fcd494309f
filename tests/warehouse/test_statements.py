"""A statement adds up at every level, says what it stands on, and proves it."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ledgers import Ledger

from warehouse import Month, Statement, by_team, canonical_csv, close_month, statement

ZONE = ZoneInfo("UTC")
OCTOBER = Month(2026, 10)
NOW = datetime(2026, 11, 3, tzinfo=UTC)


def october(ledger: Ledger, now: datetime = NOW) -> Statement:
    return statement(ledger.warehouse, OCTOBER, zone=ZONE, now=now)


def failed(told: Statement) -> list[str]:
    return [check.sentence for check in told.checks if not check.passed]


def test_an_empty_month_is_a_statement_of_nothing(ledger: Ledger) -> None:
    told = october(ledger)
    assert (told.status, told.amount_usd, told.lines.height, told.coverage, told.unattributed_share, failed(told)) == (
        ("provisional", Decimal("0.00"), 0, None, None, [])
    )


def test_lines_sum_to_their_team_and_teams_to_the_total_to_the_cent(ledger: Ledger) -> None:
    for team, workflows in {"search": 3, "support": 7, None: 2}.items():
        for number in range(workflows):
            ledger.call("2026-10-05 10:00:00", "0.333333333333", team=team, workflow=f"w{number}")
    told = october(ledger)
    of_team = {team: sum(lines["amount_usd"]) for (team,), lines in told.lines.group_by("team")}
    assert (told.amount_usd, of_team) == (
        Decimal("4.00"),
        {"search": Decimal("1.00"), "support": Decimal("2.33"), None: Decimal("0.67")},
    )


def test_lines_are_one_per_owner_and_model_with_unattributed_last(ledger: Ledger) -> None:
    for team, model in [(None, "gpt-5"), ("search", "gpt-5"), ("search", "gpt-5"), ("search", None)]:
        ledger.call("2026-10-05 10:00:00", "1", team=team, model=model, input_uncached=10, cache_read=5, reasoning=2)
    columns = ("line_no", "team", "model", "calls", "input_tokens", "output_tokens")
    assert october(ledger).lines.select(columns).rows() == [
        (1, "search", "gpt-5", 2, 30, 4),
        (2, "search", None, 1, 15, 2),
        (3, None, "gpt-5", 1, 15, 2),
    ]


def test_a_cost_centre_comes_from_the_settings(ledger: Ledger) -> None:
    ledger.insert("teams", [{"team": "search", "cost_centre": "CC-1042"}])
    ledger.call("2026-10-05 10:00:00", "1", team="search")
    ledger.call("2026-10-05 10:00:00", "1", team=None)
    assert october(ledger).lines["cost_centre"].to_list() == ["CC-1042", None]


def test_a_cost_centre_that_a_call_names_goes_before_its_teams(ledger: Ledger) -> None:
    ledger.insert("teams", [{"team": "search", "cost_centre": "CC-1042"}])
    for told in (None, "CC-7", "CC-7"):
        ledger.call("2026-10-05 10:00:00", "1", team="search", cost_centre=told)
    stated = october(ledger)
    assert stated.lines.select("cost_centre", "calls").rows() == [("CC-7", 2), ("CC-1042", 1)]
    assert by_team(stated)["cost_centre"].to_list() == ["CC-1042, CC-7"]


def test_a_correction_is_booked_to_its_teams_own_account(ledger: Ledger) -> None:
    ledger.insert("teams", [{"team": "search", "cost_centre": "CC-1042"}])
    ledger.call("2026-10-05 10:00:00", "1", team="search", cost_centre="CC-7")
    close_month(ledger.warehouse, OCTOBER, zone=ZONE, by="ana", now=NOW)
    ledger.call("2026-10-05 10:00:00", "2", team="search", cost_centre="CC-7")
    november = statement(ledger.warehouse, OCTOBER.next(), zone=ZONE, now=NOW)
    assert november.lines.select("charge_class", "cost_centre", "cost_usd").rows() == [
        ("Correction", "CC-1042", Decimal(2))
    ]


def test_a_frozen_cost_centre_stays_when_the_settings_change(ledger: Ledger) -> None:
    ledger.insert("teams", [{"team": "search", "cost_centre": "CC-1042"}])
    ledger.call("2026-10-05 10:00:00", "1", team="search")
    close_month(ledger.warehouse, OCTOBER, zone=ZONE, by="ana", now=NOW)
    with ledger.warehouse.transaction() as tx:
        tx.execute("UPDATE teams SET cost_centre = 'CC-9'")
    assert by_team(october(ledger))["cost_centre"].to_list() == ["CC-1042"]


def test_attempts_that_were_not_billed_are_on_no_line(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "0", team="search", billed=False, failed=True)
    assert october(ledger).lines.is_empty()


def test_what_nobody_can_be_charged_for_is_said(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3", team="search")
    ledger.call("2026-10-05 10:00:00", "1", team=None)
    told = october(ledger)
    assert (told.unattributed_usd, told.unattributed_share) == (Decimal(1), 0.25)


def test_an_unpriced_call_fails_its_check_and_is_listed_by_model(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3", team="search", provider="openai", model="gpt-5")
    ledger.call("2026-10-05 10:00:00", None, team="search", provider="openai", model="gpt-9")
    told = october(ledger)
    assert (failed(told), told.coverage) == (["1 of 2 calls have no price: openai gpt-9 (1)"], 0.5)


def test_charges_that_are_not_in_the_calls_fail_their_check(ledger: Ledger) -> None:
    call = ledger.call("2026-10-05 10:00:00", "3", team="search")
    ledger.insert("charges", [{"span_no": call, "price_line_no": 1, "cost_usd": "0.5"}])
    assert failed(october(ledger)) == ["the charges of 2026-10 sum to $3.50, its usage lines to $3.00"]


def test_charges_of_a_call_that_lacks_a_price_wait_for_it(ledger: Ledger) -> None:
    call = ledger.call("2026-10-05 10:00:00", None, team="search")
    ledger.insert("charges", [{"span_no": call, "price_line_no": 1, "cost_usd": "0.5"}])
    assert [check.passed for check in october(ledger).checks if check.name.startswith("charges")] == [True]


def test_a_call_from_the_future_is_said_and_on_no_statement(ledger: Ledger) -> None:
    ledger.call("2200-01-01 00:00:00", "3", team="search")
    told = october(ledger)
    assert (told.total_usd, failed(told)) == (
        Decimal(0),
        ["calls dated after 2026-11-03 00:00 UTC, which no statement has yet: 1"],
    )


def test_a_final_statement_says_what_is_still_to_be_booked(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3", team="search")
    close_month(ledger.warehouse, OCTOBER, zone=ZONE, by="ana", now=NOW)
    ledger.call("2026-10-06 10:00:00", "0.25", team="search")
    told = october(ledger)
    [said] = [check.sentence for check in told.checks if check.name == "charges are booked"]
    assert (told.status, said.partition(": ")[2]) == (
        "final",
        "$3.00 booked when it was closed, $0.00 as corrections since, $0.25 waiting for the next close",
    )


def test_the_digest_is_of_the_canonical_lines(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3", team="a,b", workflow="", provider=None)
    told = october(ledger)
    text = canonical_csv(told.lines)
    assert (text.splitlines()[1], hashlib.sha256(text.encode()).hexdigest()) == (
        '2026-10,1,Usage,2026-10,"a,b",,"",,,1,0,0,0,0,3.000000000000,3.00',
        told.sha256,
    )


def test_the_month_before_and_the_budget_stand_beside_each_team(ledger: Ledger) -> None:
    ledger.insert(
        "teams",
        [
            {"team": "search", "cost_centre": "CC-1", "monthly_budget_usd": "5"},
            {"team": "quiet", "cost_centre": "CC-2", "monthly_budget_usd": "7"},
            {"team": "unplanned", "cost_centre": "CC-3"},
        ],
    )
    ledger.call("2026-09-05 10:00:00", "4", team="search")
    ledger.call("2026-09-05 10:00:00", "2", team="gone")
    close_month(ledger.warehouse, OCTOBER.previous(), zone=ZONE, by="ana", now=NOW)
    ledger.call("2026-09-06 10:00:00", "0.5", team="search")
    ledger.call("2026-10-05 10:00:00", "6", team="search")
    ledger.call("2026-10-05 10:00:00", "3.5", team=None)
    columns = ("team", "cost_centre", "usage_usd", "corrections_usd", "amount_usd", "share", "prior_usd", "delta_usd")
    owed = by_team(october(ledger)).select(*columns, "budget_usd", "left_usd")
    assert [tuple(str(cell) for cell in row) for row in owed.rows()] == [
        ("search", "CC-1", "6.00", "0.50", "6.50", "0.65", "4.00", "2.50", "5.00", "-1.50"),
        ("gone", "None", "0.00", "0.00", "0.00", "0.0", "2.00", "-2.00", "None", "None"),
        ("quiet", "CC-2", "0.00", "0.00", "0.00", "0.0", "0.00", "0.00", "7.00", "7.00"),
        ("None", "None", "3.50", "0.00", "3.50", "0.35", "0.00", "3.50", "None", "None"),
    ]


def test_an_open_month_before_is_compared_as_it_stands_now(ledger: Ledger) -> None:
    ledger.call("2026-09-05 10:00:00", "4", team="search")
    ledger.call("2026-10-05 10:00:00", "6", team="search")
    assert by_team(october(ledger))["prior_usd"].to_list() == [Decimal("4.00")]
