"""Why did it change: the parts of a bridge are what moved, and sum to the change in every digit."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import Ledger

from warehouse import Bridge, Period, Scope, Warehouse, bridge, in_words, marks
from warehouse.money import EXACT
from warehouse.parts import PARTS, Used, split

OCTOBER = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
NOVEMBER = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
CLASSES = ("input_uncached", "cache_read", "cache_write_5m", "output_text", "reasoning")

amounts = st.decimals(min_value=0, max_value=10**5, places=12)
sides = st.builds(
    Used,
    calls=st.integers(1, 10**7),
    classes=st.dictionaries(st.sampled_from(CLASSES), st.tuples(st.integers(1, 10**12), amounts), max_size=5),
) | st.just(Used())
numbers = count(1)


def spend(
    ledger: Ledger,
    month: int,
    calls: int,
    *,
    model: str = "gpt-5",
    workflow: str = "triage",
    **classes: tuple[int, str],
) -> None:
    """As many calls in a month, each with these tokens at these prices per million."""
    for _ in range(calls):
        charges = {name: Decimal(price) * tokens / 1_000_000 for name, (tokens, price) in classes.items()}
        span_no = next(numbers)
        ledger.insert(
            "charges",
            [
                {"span_no": span_no, "token_class": name, "quantity": classes[name][0], "cost_usd": cost}
                for name, cost in charges.items()
            ],
        )
        told = {"span_no": span_no, "billed": True, "team": "Support", "workflow": workflow, "model": model}
        cost = sum(charges.values(), Decimal(0))
        ledger.insert("calls", [told | {"started_at": f"2026-{month}-05 10:00:00", "cost_usd": cost}])


def between(warehouse: Warehouse, scope: Scope | None = None) -> Bridge:
    Ledger(warehouse).sum_hours()
    return bridge(warehouse, before=OCTOBER, after=NOVEMBER, scope=scope)


def moved(found: Bridge) -> dict[str, Decimal]:
    return {part: amount.normalize() for part, amount in found.parts.items() if amount}


@given(st.lists(st.tuples(sides, sides), min_size=1, max_size=4))
@settings(deadline=None)
def test_the_parts_of_any_two_sides_sum_to_the_change(pairs: list[tuple[Used, Used]]) -> None:
    with localcontext(EXACT):  # parts that cancel out may have more than the default 28 digits
        sums = [sum(parts.values()) for parts in split(pairs)]
    assert sums == [after.cost_usd - before.cost_usd for before, after in pairs]


@given(st.lists(st.tuples(sides, sides), min_size=1, max_size=3))
@settings(deadline=None)
def test_time_turned_round_turns_every_sign(pairs: list[tuple[Used, Used]]) -> None:
    turned = {"new": "retired", "retired": "new"}
    forth, back = split(pairs), split([(after, before) for before, after in pairs])
    # What is left over of the last decimal goes to one part or another.
    apart = [abs(a[part] + b[turned.get(part, part)]) for a, b in zip(forth, back, strict=True) for part in PARTS]
    assert max(apart) <= Decimal("1e-12")


@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]), amounts), max_size=12
    ),
    st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 60)),
)
@settings(deadline=None, max_examples=15)
def test_between_any_two_periods_of_any_ledger_nothing_is_left_over(
    calls: list[tuple[int, str, str, Decimal]], days: tuple[int, int, int, int]
) -> None:
    def day(number: int) -> datetime:
        return datetime(2026, 9 + number // 31, 1 + number % 30, tzinfo=UTC)

    first, second = sorted(days[:2]), sorted(days[2:])
    with Warehouse.in_memory() as warehouse:
        rows = [
            {"span_no": place, "started_at": day(number), "workflow": workflow, "model": model, "cost_usd": cost}
            for place, (number, workflow, model, cost) in enumerate(calls)
        ]
        charges = [
            {"span_no": row["span_no"], "quantity": 1 + place, "cost_usd": row["cost_usd"]}
            for place, row in enumerate(rows)
        ]
        ledger = Ledger(warehouse)
        ledger.insert("calls", [row | {"billed": True} for row in rows])
        ledger.insert("charges", charges)
        ledger.sum_hours()
        before, after = (Period(*sorted((day(low), day(high)))) for low, high in (first, second))
        found = bridge(warehouse, before=before, after=after)
        costs = [
            sum((cost for number, *_, cost in calls if period.since <= day(number) < period.until), Decimal(0))
            for period in (before, after)
        ]
    assert (found.before_usd, found.after_usd, sum(found.parts.values())) == (*costs, costs[1] - costs[0])


def test_more_of_the_same_calls_is_calls(ledger: Ledger) -> None:
    spend(ledger, 10, 2, input_uncached=(1_000_000, "1"))
    spend(ledger, 11, 5, input_uncached=(1_000_000, "1"))
    assert moved(between(ledger.warehouse)) == {"calls": Decimal(3)}


def test_longer_calls_are_tokens(ledger: Ledger) -> None:
    spend(ledger, 10, 2, input_uncached=(1_000_000, "1"))
    spend(ledger, 11, 2, input_uncached=(4_000_000, "1"))
    assert moved(between(ledger.warehouse)) == {"tokens": Decimal(6)}


def test_a_lower_price_is_price(ledger: Ledger) -> None:
    spend(ledger, 10, 2, input_uncached=(1_000_000, "5"))
    spend(ledger, 11, 2, input_uncached=(1_000_000, "4"))
    assert moved(between(ledger.warehouse)) == {"price": Decimal(-2)}


def test_the_same_input_read_from_the_cache_is_the_cache(ledger: Ledger) -> None:
    spend(ledger, 10, 1, input_uncached=(1_000_000, "10"))
    spend(ledger, 11, 1, cache_read=(900_000, "1"), input_uncached=(100_000, "10"))
    assert moved(between(ledger.warehouse)) == {"cache": Decimal("-8.1")}


def test_the_same_calls_of_a_dearer_model_are_the_mix(ledger: Ledger) -> None:
    spend(ledger, 10, 3, model="small", input_uncached=(1_000_000, "1"))
    spend(ledger, 11, 3, model="large", input_uncached=(1_000_000, "5"))
    found = between(ledger.warehouse)
    assert moved(found) == {"mix": Decimal(12)}
    assert (
        in_words(found) == "$12.00 more (+400%): +$12.00 from the model mix (above all triage: more large, less small)."
    )


def test_a_workflow_of_one_side_is_new_or_retired(ledger: Ledger) -> None:
    spend(ledger, 10, 1, workflow="old", input_uncached=(1_000_000, "2"))
    spend(ledger, 11, 1, workflow="young", input_uncached=(1_000_000, "3"))
    assert moved(between(ledger.warehouse)) == {"new": Decimal(3), "retired": Decimal(-2)}


def test_a_call_nobody_priced_is_counted_and_in_no_part(ledger: Ledger) -> None:
    ledger.call("2026-11-05 10:00:00", None, workflow="triage")
    found = between(ledger.warehouse)
    assert (found.uncosted_after, found.difference_usd, in_words(found)) == (1, Decimal(0), "As much as before: $0.")


def test_a_scope_of_one_team_holds_nothing_of_another(ledger: Ledger) -> None:
    spend(ledger, 11, 2, input_uncached=(1_000_000, "1"))
    assert between(ledger.warehouse, Scope(teams=("Search",))).leaves == ()


def test_a_second_prompt_version_and_a_second_price_are_marked_and_the_first_are_not(ledger: Ledger) -> None:
    line = {"layer": "list", "provider": "openai", "model": "gpt-5", "token_class": "output_text"}
    ledger.insert(
        "price_lines",
        [
            line | {"line_no": 1, "valid_from": "1970-01-01", "usd_per_token": "0.000010"},
            line | {"line_no": 2, "valid_from": "2026-11-03", "usd_per_token": "0.000008"},
        ],
    )
    for month, day, version, price_line in ((10, 5, "v1", 1), (11, 6, "v2", 2)):
        span_no = ledger.call(f"2026-{month}-{day:02} 10:00:00", None, workflow="triage", prompt_version=version)
        ledger.change_call(span_no, cost_usd=Decimal(1))
        ledger.insert("charges", [{"span_no": span_no, "price_line_no": price_line, "quantity": 1, "cost_usd": 1}])
    told = [mark.sentence for mark in marks(ledger.warehouse, between(ledger.warehouse))]
    assert told == [
        "gpt-5 has another price: output_text 10 → 8 dollars per 1M tokens",
        "triage first used the prompt v2",
    ]
