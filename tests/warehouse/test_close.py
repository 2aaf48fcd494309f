"""A month is closed once, in order, after its end; what comes later is a correction elsewhere."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from ledgers import Ledger

from warehouse import (
    AlreadyClosed,
    Close,
    Month,
    NotClosed,
    OutOfOrder,
    Statement,
    TooEarly,
    close_month,
    closes,
    statement,
    verify_closed,
)

BERLIN = ZoneInfo("Europe/Berlin")
SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (Month(2026, number) for number in (9, 10, 11, 12))
JANUARY = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)


def close(ledger: Ledger, month: Month, now: datetime = JANUARY) -> Close:
    return close_month(ledger.warehouse, month, zone=BERLIN, by="ana", now=now)


def stated(ledger: Ledger, month: Month) -> Statement:
    return statement(ledger.warehouse, month, zone=BERLIN, now=JANUARY)


def rows(told: Statement, charge_class: str) -> list[tuple[str, str | None, Decimal]]:
    lines = told.lines.filter(charge_class=charge_class)
    return lines.select("usage_month", "team", "cost_usd").rows()


def test_a_close_is_on_record_with_what_it_stands_on(ledger: Ledger) -> None:
    ledger.insert("price_lines", [{"line_no": 1, "book_version": "genai-prices 0.2.3"}])
    ledger.insert("spans", [{"received_at": "2026-10-31 23:30:00"}])
    ledger.call("2026-10-05 10:00:00", "1.005000000001", team="search")
    ledger.call("2026-10-06 10:00:00", None, team="search")
    ledger.call("2026-10-07 10:00:00", None, team="search", unpriced_because=None, incomplete_because="no usage")
    record = close(ledger, OCTOBER)
    expected = Close(
        month=OCTOBER,
        closed_at=JANUARY,
        closed_by="ana",
        since=datetime(2026, 9, 30, 22, tzinfo=UTC),
        until=datetime(2026, 10, 31, 23, tzinfo=UTC),
        time_zone="Europe/Berlin",
        total_usd=Decimal("1.005000000001"),
        amount_usd=Decimal("1.01"),
        calls=3,
        unpriced_calls=1,
        incomplete_calls=1,
        price_versions=("genai-prices 0.2.3",),
        received_until=datetime(2026, 10, 31, 23, 30, tzinfo=UTC),
        sha256=stated(ledger, OCTOBER).sha256,
    )
    assert [record] == closes(ledger.warehouse) == [expected]


def test_a_late_span_becomes_a_correction_not_a_new_october(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "10", team="search")
    close(ledger, OCTOBER)
    before = stated(ledger, OCTOBER)
    ledger.call("2026-10-31 10:00:00", "0.40", team="search")
    assert stated(ledger, OCTOBER).lines.equals(before.lines)
    assert rows(stated(ledger, NOVEMBER), "Correction") == [("2026-10", "search", Decimal("0.40"))]


def test_a_correction_is_booked_once(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "10", team="search")
    close(ledger, OCTOBER)
    ledger.call("2026-10-31 10:00:00", "0.40", team="search")
    close(ledger, NOVEMBER)
    assert stated(ledger, DECEMBER).lines.is_empty()


def test_a_new_owner_of_a_closed_call_is_reversed_and_booked_again(ledger: Ledger) -> None:
    call = ledger.call("2026-10-05 10:00:00", "10", team=None)
    close(ledger, OCTOBER)
    ledger.change_call(call, team="search")
    assert rows(stated(ledger, NOVEMBER), "Correction") == [
        ("2026-10", "search", Decimal(10)),
        ("2026-10", None, Decimal(-10)),
    ]


def test_a_duplicate_found_after_the_close_is_given_back(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "10", team="search")
    twin = ledger.call("2026-10-05 10:00:00", "10", team="search")
    close(ledger, OCTOBER)
    ledger.drop_call(twin)
    november = close(ledger, NOVEMBER)
    assert november.amount_usd == Decimal("-10.00")


def test_a_late_call_without_a_price_is_a_correction_of_nothing_that_is_counted(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "10", team="search")
    close(ledger, OCTOBER)
    ledger.call("2026-10-31 10:00:00", None, team="search")
    lines = stated(ledger, NOVEMBER).lines
    assert lines.select("calls", "unpriced_calls", "cost_usd").rows() == [(1, 1, Decimal(0))]


def test_corrections_stand_on_the_next_month_to_close_and_not_on_the_one_after(ledger: Ledger) -> None:
    for day in ("2026-10-05", "2026-11-05", "2026-12-05"):
        ledger.call(f"{day} 10:00:00", "1", team="search")
    close(ledger, OCTOBER)
    ledger.call("2026-10-31 10:00:00", "0.40", team="search")
    corrected = [len(rows(stated(ledger, month), "Correction")) for month in (NOVEMBER, DECEMBER)]
    assert corrected == [1, 0]


def test_a_late_span_of_a_month_that_was_empty_is_a_correction_of_that_month(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "1", team="search")
    close(ledger, OCTOBER)
    ledger.call("2026-12-05 10:00:00", "1", team="search")
    close(ledger, DECEMBER)
    ledger.call("2026-11-30 22:59:00", "0.25", team="search")
    ledger.call("2025-03-31 23:00:00", "0.5", team="search")
    assert rows(stated(ledger, DECEMBER.next()), "Correction") == [
        ("2025-04", "search", Decimal("0.5")),
        ("2026-11", "search", Decimal("0.25")),
    ]


def test_months_meet_when_the_business_moves_to_another_time_zone(ledger: Ledger) -> None:
    close(ledger, OCTOBER)
    ledger.call("2026-10-31 23:30:00", "1", team="search")
    november = statement(ledger.warehouse, NOVEMBER, zone=ZoneInfo("America/New_York"), now=JANUARY)
    assert (november.since, november.total_usd) == (datetime(2026, 10, 31, 23, tzinfo=UTC), Decimal(1))


def test_a_second_close_is_refused(ledger: Ledger) -> None:
    close(ledger, OCTOBER)
    with pytest.raises(AlreadyClosed, match=r"2026-10 was closed on 2027-01-04 09:30 UTC by ana, and a closed month"):
        close(ledger, OCTOBER)


def test_a_month_that_is_not_over_where_the_business_is_is_refused(ledger: Ledger) -> None:
    with pytest.raises(TooEarly, match=r"not over before 2026-10-31 23:00 UTC \(midnight in Europe/Berlin\)"):
        close(ledger, OCTOBER, now=datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC))


def test_a_month_can_be_closed_the_moment_it_is_over(ledger: Ledger) -> None:
    assert close(ledger, OCTOBER, now=datetime(2026, 10, 31, 23, tzinfo=UTC)).month == OCTOBER


def test_a_month_behind_an_open_one_is_refused_with_the_command_to_type(ledger: Ledger) -> None:
    ledger.call("2026-09-05 10:00:00", "3.5", team="search")
    with pytest.raises(OutOfOrder, match=r"2026-09 is still open, and \$3\.50 of calls .* first: outlay close 2026-09"):
        close(ledger, OCTOBER)


def test_empty_months_before_the_first_close_need_no_closing(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3.5", team="search")
    assert close(ledger, OCTOBER).amount_usd == Decimal("3.50")


def test_a_month_before_a_closed_one_is_refused(ledger: Ledger) -> None:
    close(ledger, OCTOBER)
    with pytest.raises(OutOfOrder, match="2026-09 lies before 2026-10, which is closed"):
        close(ledger, SEPTEMBER)


def test_a_month_that_was_skipped_has_no_statement_of_its_own(ledger: Ledger) -> None:
    close(ledger, OCTOBER)
    with pytest.raises(OutOfOrder, match="2026-09 was not closed, and 2026-10 after it was"):
        stated(ledger, SEPTEMBER)


def test_somebody_closes_a_month(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="nobody is named as the one who closes 2026-10"):
        close_month(ledger.warehouse, OCTOBER, zone=BERLIN, by="  ", now=JANUARY)


def test_a_refused_close_leaves_nothing_behind(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3.5", team="search")
    with pytest.raises(TooEarly):
        close(ledger, OCTOBER, now=JANUARY - timedelta(days=100))
    assert ledger.warehouse.query("SELECT count(*) AS n FROM statement_lines").item() == 0


def test_the_digest_of_frozen_lines_is_taken_again(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3.5", team="search")
    close(ledger, OCTOBER)
    assert verify_closed(ledger.warehouse, OCTOBER).passed


def test_a_tampered_line_is_noticed(ledger: Ledger) -> None:
    ledger.call("2026-10-05 10:00:00", "3.5", team="search")
    close(ledger, OCTOBER)
    with ledger.warehouse.transaction() as tx:
        tx.execute("UPDATE statement_lines SET team = 'support'")
    failed = [check.name for check in stated(ledger, OCTOBER).checks if not check.passed]
    assert (verify_closed(ledger.warehouse, OCTOBER).passed, failed) == (False, ["lines are as closed"])


def test_an_open_month_has_nothing_to_verify(ledger: Ledger) -> None:
    with pytest.raises(NotClosed, match="2026-10 is not closed, so there is nothing to verify"):
        verify_closed(ledger.warehouse, OCTOBER)
