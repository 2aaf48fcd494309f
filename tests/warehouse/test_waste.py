"""The waste ledger: each rule finds what it says and nothing beside it, and no dollar is counted twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ledgers import Ledger

from warehouse import Question, UnknownRule, keep_waste, waste, waste_rules, wasted_calls

OCTOBER = Question(
    datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), None, datetime(2026, 11, 2, tzinfo=UTC)
)
PRICES = {
    "input_uncached": "0.00001",
    "cache_read": "0.000001",
    "output_text": "0.00002",
    "cache_write_5m": "0.0000125",
}
LINE_NO = {name: number for number, name in enumerate(PRICES, 1)}


@pytest.fixture(autouse=True)
def book(ledger: Ledger) -> None:
    line = {"layer": "list", "provider": "openai", "service_tier": "standard", "valid_from": "1970-01-01"}
    line |= {"valid_to": "9999-01-01", "until_minute": 1440, "min_input_tokens": 0}
    lines = [
        line | {"line_no": LINE_NO[name], "model": "large", "token_class": name, "usd_per_token": price}
        for name, price in PRICES.items()
    ]
    lines += [
        line | {"line_no": 11, "model": "small", "token_class": "input_uncached", "usd_per_token": "0.000001"},
        line | {"line_no": 12, "model": "small", "token_class": "output_text", "usd_per_token": "0.000002"},
        line
        | {"line_no": 21, "model": "large", "token_class": "input_uncached", "usd_per_token": "0.00003"}
        | {"min_input_tokens": 200_000},
    ]
    ledger.insert("price_lines", lines)


def call(ledger: Ledger, minute: int = 0, *, lines: dict[str, int] | None = None, **columns: Any) -> int:
    """A call of a minute's length, its usage told by class and priced by the book (or by the `lines` named)."""
    used = {name: columns[name] for name in PRICES if name in columns}
    ledger.calls += 1
    priced = [
        {
            "span_no": ledger.calls,
            "token_class": name,
            "quantity": tokens,
            "price_line_no": (lines or LINE_NO)[name],
            "cost_usd": tokens * price(ledger, (lines or LINE_NO)[name]),
        }
        for name, tokens in used.items()
    ]
    ledger.insert("charges", priced)
    told = {"started_at": f"2026-10-05 10:{minute:02}:00", "ended_at": f"2026-10-05 10:{minute:02}:30", "owner": ""}
    told |= {"team": "Support", "workflow": "triage", "provider": "openai", "model": "large", "purpose": "product"}
    told |= {"trace_id": "t", "task_id": "t", "billed": True, "signal": "span", "span_no": ledger.calls}
    ledger.insert("calls", [told | {"cost_usd": sum((row["cost_usd"] for row in priced), Decimal(0))} | columns])
    return ledger.calls


def price(ledger: Ledger, line_no: int) -> Decimal:
    found: Decimal = ledger.warehouse.query(
        "SELECT usd_per_token FROM price_lines WHERE line_no = $line_no", {"line_no": line_no}
    ).item()
    return found


def attribute(key: str, value: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value}]


def tool(
    ledger: Ledger, span_no: int, minute: int, arguments: list[dict[str, str]], role: str = "tool", **columns: Any
) -> None:
    told = {"span_no": span_no, "trace_id": "t", "role": role, "tool_name": "read_order", "team": "Support"}
    told |= {"started_at": f"2026-10-05 10:{minute:02}:40", "attributes": arguments}
    ledger.insert("spans", [told | columns])


def found(ledger: Ledger, question: Question = OCTOBER) -> dict[str, tuple[int, Decimal]]:
    """Calls and dollars that each rule counts."""
    lines = waste(ledger.warehouse, question).lines
    return {
        rule: (calls, usd.normalize())
        for rule, calls, usd in lines.select("rule", "counted_calls", "counted_usd").iter_rows()
        if calls
    }


def test_a_failed_call_that_was_billed_is_waste(ledger: Ledger) -> None:
    call(ledger, input_uncached=1000, failed=True)
    call(ledger, 5, input_uncached=1000, task_id="other", trace_id="other")
    assert found(ledger) == {"failed_calls": (1, Decimal("0.01"))}


def test_a_call_asked_again_before_its_answer_is_waste_and_one_after_it_is_not(ledger: Ledger) -> None:
    for minute, started in ((0, "2026-10-05 10:00:00"), (0, "2026-10-05 10:00:20"), (9, "2026-10-05 10:09:00")):
        call(ledger, minute, input_uncached=800, started_at=started)
    assert found(ledger) == {"superseded_calls": (1, Decimal("0.008"))}


def test_the_calls_that_asked_for_the_same_tool_again_are_a_loop(ledger: Ledger) -> None:
    for minute in range(4):
        call(ledger, minute, input_uncached=500 + minute)
        tool(ledger, 100 + minute, minute, attribute("gen_ai.tool.call.arguments", "order 7"))
    assert found(ledger)["loops"] == (3, Decimal("0.01506"))


def test_the_same_tool_with_other_arguments_is_no_loop(ledger: Ledger) -> None:
    for minute in range(4):
        call(ledger, minute, input_uncached=500 + minute)
        tool(ledger, 100 + minute, minute, attribute("gen_ai.tool.call.arguments", f"order {minute}"))
    assert found(ledger) == {}


def test_a_loop_costs_the_last_billed_call_of_its_trace_before_each_use(ledger: Ledger) -> None:
    call(ledger, 1, input_uncached=1, span_id="a")
    call(ledger, 1, input_uncached=20, span_id="c")
    call(ledger, 1, input_uncached=300, span_id="b")
    call(ledger, 1, input_uncached=4000, span_id="d", trace_id="u", task_id="u")
    call(ledger, 1, input_uncached=50_000, span_id="e", billed=False)
    uses = {100: "10:00:30", 101: "10:01:00", 102: "10:09:00"}  # the second at the instant of the calls
    for span_no, at in uses.items():
        told = {"started_at": f"2026-10-05 {at}", "span_id": str(span_no)}
        tool(ledger, span_no, 0, attribute("tool_arguments", "order 7"), **told)
    behind = wasted_calls(ledger.warehouse, "loops", OCTOBER)
    assert behind.select("span_id", "waste_usd").rows() == [("c", Decimal("0.0002"))]


def test_a_loop_of_thousands_of_uses_is_found_in_a_moment(ledger: Ledger) -> None:
    many = 5_000  # each use beside each call before it would be twelve million rows
    starts = [datetime(2026, 10, 5, 10) + timedelta(seconds=4 * number) for number in range(many)]
    asked = {"trace_id": "t", "task_id": "t", "purpose": "product", "billed": True, "cost_usd": "0.01"}
    used = {"trace_id": "t", "role": "tool", "tool_name": "search", "attributes": attribute("input.value", "cats")}
    ledger.insert(
        "calls",
        [
            asked | {"span_no": number, "span_id": f"{number}", "started_at": at, "ended_at": at}
            for number, at in enumerate(starts)
        ],
    )
    ledger.insert(
        "spans",
        [
            used | {"span_no": many + number, "span_id": f"{number}", "started_at": at + timedelta(seconds=1)}
            for number, at in enumerate(starts)
        ],
    )
    assert found(ledger)["loops"] == (many - 1, Decimal("49.99"))


def test_the_same_prompt_again_is_waste_by_its_hash(ledger: Ledger) -> None:
    for minute in (0, 20, 40):
        span_no = call(ledger, minute, input_uncached=400, trace_id=str(minute), task_id=str(minute))
        ledger.insert("spans", [{"span_no": span_no, "attributes": attribute("outlay.prompt_hash", "d92f")}])
    assert found(ledger) == {"identical_prompts": (2, Decimal("0.008"))}


def test_a_masked_text_is_not_the_same_prompt(ledger: Ledger) -> None:
    for minute in (0, 20):
        span_no = call(ledger, minute, input_uncached=400, trace_id=str(minute), task_id=str(minute))
        ledger.insert("spans", [{"span_no": span_no, "attributes": attribute("input.value", "__REDACTED__")}])
    assert found(ledger) == {}


def test_context_that_grows_and_is_sent_without_a_cache_costs_what_the_cache_would_save(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=2000)
    call(ledger, 1, input_uncached=3000)
    assert found(ledger) == {"context_resent": (1, Decimal("0.018"))}


def test_context_that_is_read_from_the_cache_is_no_waste(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=2000)
    call(ledger, 1, input_uncached=3000, cache_read=2000)
    assert found(ledger) == {}


def test_a_cache_that_nobody_reads_costs_its_premium(ledger: Ledger) -> None:
    call(ledger, 0, cache_write_5m=4000, cache_saved_usd="-0.01")
    assert found(ledger) == {"cache_never_read": (1, Decimal("0.01"))}


def test_a_cache_that_is_read_within_the_hour_is_no_waste(ledger: Ledger) -> None:
    call(ledger, 0, cache_write_5m=4000, cache_saved_usd="-0.01")
    call(ledger, 30, cache_read=4000, trace_id="other", task_id="other")
    assert found(ledger) == {}


def test_a_request_just_over_the_threshold_costs_what_lies_above_the_lower_rate(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=210_000, lines={"input_uncached": 21})
    call(ledger, 30, input_uncached=400_000, lines={"input_uncached": 21}, trace_id="other", task_id="other")
    assert found(ledger) == {"long_context": (1, Decimal("4.2"))}


def test_a_small_task_by_a_large_model_costs_what_a_cheaper_one_would_save(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=1000, output_text=100)
    small = {"input_uncached": 11, "output_text": 12}
    call(ledger, 20, input_uncached=1000, output_text=100, model="small", lines=small, trace_id="u", task_id="u")
    part = {"owner": "", "calls": 1, "input_tokens": 1000, "output_tokens": 100}
    part |= {"first_at": "2026-10-05 10:00:00", "last_at": "2026-10-05 10:20:30"}
    ledger.insert("task_parts", [part | {"task_id": task, "trace_id": task} for task in ("t", "u")])
    assert found(ledger) == {"large_models": (1, Decimal("0.0108"))}


def test_documents_that_were_not_cited_cost_their_tokens(ledger: Ledger) -> None:
    tool(ledger, 100, 0, attribute("outlay.retrieval.uncited_tokens", "600"), role="retrieval")
    call(ledger, 1, input_uncached=2000)
    assert found(ledger) == {"over_retrieval": (1, Decimal("0.006"))}


def judged(ledger: Ledger) -> None:
    """A failed judge: its own rule and that of failed calls find as much of it."""
    call(ledger, 30, input_uncached=500, purpose="judge", failed=True, trace_id="judge", task_id="judge")


def test_judges_are_waste_beyond_a_tenth_of_the_answers(ledger: Ledger) -> None:
    ledger.insert(
        "hours",
        [
            {"hour_at": "2026-10-05 10:00:00", "team": "Support", "workflow": "triage", "purpose": "product"}
            | {"cost_usd": "0.1"}
        ],
    )
    for minute in (0, 20, 40):
        call(ledger, minute, input_uncached=500, purpose="judge", trace_id=str(minute), task_id=str(minute))
    assert found(ledger) == {"judges": (1, Decimal("0.005"))}


def test_what_two_rules_find_is_counted_once_under_the_larger(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=2000)
    call(ledger, 1, input_uncached=3000, failed=True)
    lines = waste(ledger.warehouse, OCTOBER).lines
    assert lines.select("rule", "calls", "counted_calls").rows() == [("failed_calls", 1, 1), ("context_resent", 1, 0)]


def test_no_rule_finds_more_than_a_call_cost(ledger: Ledger) -> None:
    call(ledger, 0, cache_write_5m=100, cache_saved_usd="-5")
    assert found(ledger) == {"cache_never_read": (1, Decimal("0.00125"))}


def test_a_team_sees_no_waste_of_another(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=1000, failed=True)
    question = Question(OCTOBER.since, OCTOBER.until, ("Search",), OCTOBER.as_of)
    assert (found(ledger, question), wasted_calls(ledger.warehouse, "failed_calls", question).height) == ({}, 0)


def test_without_a_period_all_there_is_is_looked_at(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=1000, failed=True)
    assert found(ledger, Question(None, None, None, OCTOBER.as_of)) == {"failed_calls": (1, Decimal("0.01"))}


def test_a_day_that_is_kept_says_what_a_search_says(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=2000)
    call(ledger, 1, input_uncached=3000, failed=True)
    judged(ledger)
    before = waste(ledger.warehouse, OCTOBER)
    kept = keep_waste(ledger.warehouse, OCTOBER.as_of)
    after = waste(ledger.warehouse, OCTOBER)
    assert (kept, after.lines.equals(before.lines), after.calls.equals(before.calls)) == (1, True, True)


def test_a_day_that_is_kept_is_searched_once(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=1000, failed=True)
    assert [keep_waste(ledger.warehouse, OCTOBER.as_of) for _ in range(2)] == [1, 0]


def test_a_day_that_is_not_over_is_not_kept(ledger: Ledger) -> None:
    call(ledger, 0, input_uncached=1000, failed=True)
    assert keep_waste(ledger.warehouse, datetime(2026, 10, 5, 23, tzinfo=UTC)) == 0


def test_the_same_prompt_a_day_later_is_no_waste(ledger: Ledger) -> None:
    for day in (5, 6):
        span_no = call(ledger, 30 * (day - 5), input_uncached=400, started_at=f"2026-10-0{day} 10:{day}:00")
        ledger.insert("spans", [{"span_no": span_no, "attributes": attribute("outlay.prompt_hash", "d92f")}])
    assert found(ledger) == {}


def test_the_calls_behind_a_line_sum_to_it(ledger: Ledger) -> None:
    for minute in (0, 20):
        call(ledger, minute, input_uncached=1000, failed=True, trace_id=str(minute), task_id=str(minute))
    behind = wasted_calls(ledger.warehouse, "failed_calls", OCTOBER)
    assert (behind["waste_usd"].sum(), behind["because"].to_list()) == (Decimal("0.02"), ["failed", "failed"])


def test_a_rule_nobody_wrote_is_refused_with_those_there_are(ledger: Ledger) -> None:
    with pytest.raises(UnknownRule, match="no rule is called 'sloth'; there are: failed_calls"):
        wasted_calls(ledger.warehouse, "sloth", OCTOBER)


def test_every_rule_says_what_it_looks_for_and_what_mends_it() -> None:
    assert [rule.name for rule in waste_rules() if not (rule.title and rule.rule and rule.mends)] == []
