"""The generator's books against its own bytes, counted again by somebody else with the price list in hand."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal

from fortnights import Drawn
from recount import REPEATERS, spend

from outlay.demo import Ledger


def contract(drawn: Drawn) -> dict[tuple[str, str, int], Decimal]:
    epoch = dt.date(1970, 1, 1)
    return {
        (line.model, line.token_class.replace("output_text", "output"), (line.valid_from - epoch).days): (
            line.usd_per_million
        )
        for line in drawn.history.company.own_prices
    }


def ledger(drawn: Drawn) -> Ledger:
    return drawn.history.ledger


def test_the_books_equal_a_recount_of_what_was_sent(fortnight: Drawn) -> None:
    booked = {
        total.of: (total.calls, total.cost_usd)
        for total in ledger(fortnight).totals(by=("team", "workflow", "environment", "model"))
        if total.calls
    }
    assert spend(fortnight.spans, contract(fortnight)) == booked


def test_every_span_is_booked_as_sent_kept_or_refused(fortnight: Drawn) -> None:
    books = ledger(fortnight)
    assert len(fortnight.spans) == books.spans + books.refused_spans
    assert sum(send.spans for send in fortnight.sends) == books.spans + books.resent_spans + books.refused_spans


def test_duplicates_are_the_spans_around_the_sdk_s_own(fortnight: Drawn) -> None:
    around = [span for span in fortnight.spans if span.scope in REPEATERS]
    assert len(around) == ledger(fortnight).duplicates > 0


def test_a_task_s_books_are_its_calls_books(fortnight: Drawn) -> None:
    books = ledger(fortnight)
    assert sum(task.cost_usd for task in books.tasks) == books.total().cost_usd
    assert sum(task.tokens for task in books.tasks) == sum(books.total().usage)


def test_charges_by_token_class_sum_to_the_call_s_cost(fortnight: Drawn) -> None:
    wrong = [
        entry
        for entry in ledger(fortnight).entries
        if entry.cost_usd is not None and sum(entry.charges.values(), Decimal(0)) != entry.cost_usd
    ]
    assert wrong == []


def test_unpriced_and_incomplete_calls_have_no_cost_and_failed_ones_are_not_billed(fortnight: Drawn) -> None:
    unknown = [entry for entry in ledger(fortnight).entries if entry.cost_usd is None]
    assert {(entry.billed, entry.unpriced or entry.incomplete) for entry in unknown} == {(True, True), (False, False)}


def test_periods_are_half_open_and_add_up(fortnight: Drawn) -> None:
    books = ledger(fortnight)
    middle = dt.datetime(2026, 11, 5, 12, tzinfo=dt.UTC)
    parts = books.total(until=middle).cost_usd + books.total(since=middle).cost_usd
    assert parts == books.total().cost_usd


def test_a_month_is_the_sum_of_its_business_days(fortnight: Drawn) -> None:
    books = ledger(fortnight)
    days = [total for total in books.totals(by=("business_day",)) if (total.of[0] or "").startswith("2026-11")]
    [month] = [total for total in books.totals(by=("month",)) if total.of == ("2026-11",)]
    assert sum(total.cost_usd for total in days) == month.cost_usd


def test_checks_are_told_as_booked(fortnight: Drawn) -> None:
    told = Counter(
        (
            event["gen_ai.guardrail.component.name"],
            event["gen_ai.guardrail.result.type"],
        )
        for span in fortnight.spans
        for name, event in span.events
        if name == "gen_ai.guardrail.result"
    )
    assert told == ledger(fortnight).check_counts("guardrail")


def test_outcomes_are_told_as_booked(fortnight: Drawn) -> None:
    told = Counter(span.attributes["outlay.outcome"] for span in fortnight.spans if "outlay.outcome" in span.attributes)
    booked = Counter(task.outcome_status for task in ledger(fortnight).tasks if task.outcome_status)
    reopened = [outcome for send in fortnight.reports for outcome in json.loads(send.body)]
    assert booked["reopened"] == len(reopened) > 0
    assert told == booked - Counter(reopened=len(reopened)) + Counter(resolved=len(reopened))
