"""A month priced again: shown before anything changes, applied in one transaction, refused when finance closed it."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spans import START, Told, inside, span

from warehouse import Month, OwnPrice, close_month, set_own_prices
from warehouse.reprice import MonthIsClosed, Repricing, reprice

OCTOBER = Month(2026, 10)
ZONE = ZoneInfo("UTC")
NOW = dt.datetime(2026, 11, 5, 12, tzinfo=dt.UTC)
OCTOBER_1 = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
CALLS = [
    span(1, role="agent", task_id="T-1", team="support", input_uncached=300, output_text=60),
    span(2, at=1, **inside(1), team="support", input_uncached=100, cache_read=50, output_text=20, reasoning=5),
    span(3, at=3600, trace_id="b" * 32, team="search", response_model="gpt-9", input_uncached=1_000_000, output_text=7),
    span(4, at=86400, trace_id="c" * 32, team="search", service_tier="batch", input_uncached=10, output_text=1),
    span(5, at=40 * 86400, received_at=START + dt.timedelta(days=40), trace_id="d" * 32, input_uncached=10),
]


def own(
    usd_per_million: str, *, model: str = "gpt-4o-mini", token_class: str = "input_uncached", **facts: str
) -> OwnPrice:
    return OwnPrice("override", "openai", model, token_class, OCTOBER_1, Decimal(usd_per_million), **facts)


def begin(company: Told) -> None:
    company.tell(*CALLS)


def told() -> Told:
    return Told.after(begin)


def october_again(company: Told, *, apply: bool) -> Repricing:
    return reprice(company.warehouse, OCTOBER, zone=ZONE, by="Ada", now=NOW, apply=apply)


def test_with_the_same_book_nothing_changes() -> None:
    company = told()
    before = company.ledger()
    found = october_again(company, apply=True)
    assert (found.changed_calls, found.before_usd, company.ledger()) == (0, found.after_usd, before)


def test_a_new_price_changes_no_charge_until_someone_applies_it() -> None:
    company = told()
    before = company.ledger()
    set_own_prices(
        company.warehouse, [own("30"), own("2", model="gpt-9"), own("8", model="gpt-9", token_class="output_text")], NOW
    )
    assert company.ledger() == before


def test_a_dry_run_shows_the_difference_by_team_and_model_and_keeps_nothing() -> None:
    company = told()
    set_own_prices(
        company.warehouse, [own("2", model="gpt-9"), own("8", model="gpt-9", token_class="output_text")], NOW
    )
    before = company.ledger()
    found = october_again(company, apply=False)
    shown = found.rows.filter(found.rows["changed_calls"] > 0).select("team", "model", "before_usd", "after_usd").rows()
    assert (shown, found.unpriced_before, found.unpriced_after, company.ledger()) == (
        [("search", "gpt-9", Decimal(0), Decimal("2.000056"))], 2, 1, before
    )  # fmt: skip


def test_applied_it_is_the_ledger_that_would_have_been_had_the_price_been_there_before() -> None:
    prices = [own("30"), own("3", token_class="cache_read"), own("2", model="gpt-9")]
    later, earlier = told(), Told()
    set_own_prices(later.warehouse, prices, NOW)
    october_again(later, apply=True)
    reprice(later.warehouse, OCTOBER.next(), zone=ZONE, by="Ada", now=NOW, apply=True)
    set_own_prices(earlier.warehouse, prices, NOW)
    earlier.tell(*CALLS)
    assert later.ledger() == earlier.ledger()


def test_only_the_month_asked_for_is_priced_again() -> None:
    company = told()
    set_own_prices(company.warehouse, [own("30")], NOW)
    october_again(company, apply=True)
    assert company.calls("cost_usd")[-1] == (Decimal("0.0000015"),)


def test_who_applied_it_when_and_what_it_changed_is_on_record() -> None:
    company = told()
    set_own_prices(company.warehouse, [own("30")], NOW)
    found = october_again(company, apply=True)
    record = company.warehouse.query(
        "SELECT repriced_at, repriced_by, month, calls, changed_calls, after_usd - before_usd, unpriced_after"
        " FROM repricings"
    )
    assert record.rows() == [(NOW.replace(tzinfo=None), "Ada", "2026-10", 3, 1, found.after_usd - found.before_usd, 2)]


def test_a_closed_month_is_refused_and_so_is_one_before_it() -> None:
    company = told()
    close_month(company.warehouse, OCTOBER, zone=ZONE, by="Ada", now=NOW)
    with pytest.raises(MonthIsClosed, match=r"2026-10 is closed, .* the first open month is 2026-11"):
        october_again(company, apply=False)
    with pytest.raises(MonthIsClosed, match="2026-09 lies before the end of 2026-10"):
        reprice(company.warehouse, OCTOBER.previous(), zone=ZONE, by="Ada", now=NOW, apply=True)


def test_nobody_applies_it_unnamed() -> None:
    with pytest.raises(ValueError, match="say who with --by"):
        reprice(told().warehouse, OCTOBER, zone=ZONE, by=" ", now=NOW, apply=True)


def test_a_late_span_takes_the_book_as_it_is_then_as_a_repricing_does() -> None:
    company, other = told(), told()
    late = span(6, at=2, **inside(1), team="support", input_uncached=1000, output_text=2)
    for each in (company, other):
        set_own_prices(each.warehouse, [own("30")], NOW)
    company.tell(late)
    october_again(company, apply=True)
    october_again(other, apply=True)
    other.tell(late)
    assert company.ledger() == other.ledger()


MICRO = st.integers(0, 50_000_000).map(lambda micros: Decimal(micros).scaleb(-6))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["gpt-4o-mini", "gpt-9"]), st.sampled_from(["input_uncached", "output_text"]), MICRO),
        max_size=4,
    )
)
def test_dry_run_and_application_agree_to_the_last_digit(prices: list[tuple[str, str, Decimal]]) -> None:
    company = told()
    unique = {(model, token_class): usd for model, token_class, usd in prices}
    set_own_prices(company.warehouse, [own(f"{usd:f}", model=m, token_class=c) for (m, c), usd in unique.items()], NOW)
    shown = october_again(company, apply=False)
    october_again(company, apply=True)
    billed = company.warehouse.query("SELECT coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS usd FROM tasks").item()
    november = company.calls("cost_usd")[-1][0]
    assert billed == shown.after_usd + november
