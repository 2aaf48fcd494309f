"""Waste that was kept day by day is searched anew where a late span, a new price or another rule has a say in it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from spans import START, Told, span

from warehouse import Month, Question, keep_waste, reprice, waste
from warehouse import waste_days as days_module

LATER = dt.datetime(2026, 10, 9, tzinfo=dt.UTC)
ALWAYS = Question(None, None, None, LATER)
FAILED = {"status": "error", "input_uncached": 1000, "output_text": 10}
ONE_USD = Decimal("0.000156")  # of such a call


def wasted_usd(told: Told) -> Decimal:
    return sum(waste(told.warehouse, ALWAYS).lines["counted_usd"], Decimal(0))


def kept(told: Told) -> int:
    return told.warehouse.query("SELECT count(*) AS n FROM waste_days")["n"].item()


def test_a_late_span_strikes_its_day_and_is_found_before_the_day_is_kept_again() -> None:
    told = Told()
    told.tell(span(1, **FAILED))
    keep_waste(told.warehouse, LATER)
    told.tell(span(2, at=60, trace_id="b" * 32, **FAILED))
    assert (kept(told), wasted_usd(told)) == (0, 2 * ONE_USD)


def test_what_is_kept_after_a_late_span_is_what_is_found_at_once() -> None:
    told, at_once = Told(), Told()
    for number in range(1, 4):
        told.tell(span(number, at=number, trace_id=f"{number:032x}", **FAILED))
        keep_waste(told.warehouse, LATER)
    at_once.tell(*(span(number, at=number, trace_id=f"{number:032x}", **FAILED) for number in (3, 1, 2)))
    assert (kept(told), wasted_usd(told)) == (1, wasted_usd(at_once))


def test_a_span_of_another_week_strikes_nothing() -> None:
    told = Told()
    told.tell(span(1, **FAILED))
    keep_waste(told.warehouse, LATER)
    told.tell(span(2, at=-7 * 86_400, trace_id="b" * 32, **FAILED))
    assert kept(told) == 1


def test_a_month_that_is_priced_again_is_searched_again() -> None:
    told = Told()
    told.tell(span(1, **FAILED))
    keep_waste(told.warehouse, LATER)
    with told.warehouse.transaction() as tx:
        tx.execute("UPDATE price_lines SET usd_per_token = 2 * usd_per_token WHERE model = 'gpt-4o-mini'")
    month = Month.of(START.replace(tzinfo=dt.UTC), ZoneInfo("UTC"))
    reprice(told.warehouse, month, zone=ZoneInfo("UTC"), by="test", now=LATER, apply=True)
    assert wasted_usd(told) == 2 * ONE_USD


def test_other_rules_find_everything_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    told.tell(span(1, **FAILED))
    keep_waste(told.warehouse, LATER)
    monkeypatch.setattr(days_module, "rules_digest", lambda: "of other rules")
    assert keep_waste(told.warehouse, LATER) == 1
