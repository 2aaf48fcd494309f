"""What a reader is promised to find is there, and costs what the books say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from statistics import fmean

import polars as pl
import pytest
from fortnights import NOW, Drawn
from products import Product

from outlay.demo import Entry, Story
from warehouse import Question, waste

PROMISED = {
    "runaway-loop", "runaway-loop-earlier", "slow-leak", "price-cut", "model-swap", "prompt-v13", "double-count",
    "unpriced-model", "late-data", "retry-storm", "over-budget", "cache-pays", "gone-silent",
}  # fmt: skip


def story(drawn: Drawn, key: str) -> Story:
    return next(story for story in drawn.history.stories() if story.key == key)


def entries(drawn: Drawn, workflow: str) -> list[Entry]:
    return [entry for entry in drawn.history.ledger.entries if entry.workflow == workflow]


def hourly_usd(drawn: Drawn, workflow: str) -> dict[str, Decimal]:
    ledger = drawn.history.ledger
    totals = ledger.totals(by=("hour",), where=lambda entry: entry.workflow == workflow)
    return {total.of[0] or "": total.cost_usd for total in totals}


def test_every_promised_story_is_told(fortnight: Drawn) -> None:
    assert {story.key for story in fortnight.history.stories()} == PROMISED


@pytest.mark.parametrize("key", sorted(PROMISED - {"unpriced-model", "gone-silent", "over-budget"}))
def test_a_story_that_costs_or_saves_something_says_how_much(fortnight: Drawn, key: str) -> None:
    assert story(fortnight, key).usd


def test_what_stories_added_is_less_than_what_their_workflows_cost(fortnight: Drawn) -> None:
    for told in fortnight.history.stories():
        spent = sum(entry.cost_usd or Decimal(0) for entry in entries(fortnight, told.workflow))
        assert (told.usd or Decimal(0)) <= spent


def test_the_runaway_loops_stand_in_the_waste_ledger(product: Product) -> None:
    lines = waste(product.warehouse, Question(None, None, None, NOW)).lines.filter(pl.col("rule") == "loops")
    workflows = lines.filter(pl.col("counted_usd") > 100)["workflow"].to_list()
    assert sorted(workflows) == ["migration-agent", "refund-agent"]


def test_the_runaway_loop_is_going_on_and_stands_out_by_far(fortnight: Drawn) -> None:
    loop = story(fortnight, "runaway-loop")
    usd = hourly_usd(fortnight, loop.workflow)
    before = [usd.get(f"{NOW - dt.timedelta(days=1, hours=hour):%Y-%m-%dT%H}", Decimal(0)) for hour in range(24)]
    during = [usd[f"{NOW - dt.timedelta(hours=hour):%Y-%m-%dT%H}"] for hour in range(1, 7)]
    assert loop.until == NOW.replace(microsecond=0)
    assert min(during) > 5 * sum(before) / 24


def test_the_earlier_loop_is_over(fortnight: Drawn) -> None:
    loop = story(fortnight, "runaway-loop-earlier")
    usd = hourly_usd(fortnight, loop.workflow)
    after = f"{loop.until + dt.timedelta(hours=1):%Y-%m-%dT%H}"
    assert usd.get(after, Decimal(0)) < usd[f"{loop.since:%Y-%m-%dT%H}"] / 3


def test_the_leak_grows(fortnight: Drawn) -> None:
    leak = entries(fortnight, story(fortnight, "slow-leak").workflow)
    tokens = [entry.usage.input_tokens for entry in leak if entry.billed]
    assert fmean(tokens[-100:]) > 1.1 * fmean(tokens[:100])


def test_the_price_cut_saves_a_fifth(fortnight: Drawn) -> None:
    cut = story(fortnight, "price-cut")
    spent = sum(entry.cost_usd or Decimal(0) for entry in entries(fortnight, cut.workflow))
    assert -(cut.usd or Decimal(0)) * 4 == spent


def test_the_swap_changes_the_model(fortnight: Drawn) -> None:
    swap = story(fortnight, "model-swap")
    assert {entry.model for entry in entries(fortnight, swap.workflow) if entry.billed} == {swap.model}


def test_the_new_prompt_sends_more(fortnight: Drawn) -> None:
    told = [
        e for e in entries(fortnight, story(fortnight, "prompt-v13").workflow) if e.billed and e.purpose == "product"
    ]
    fresh = {
        version: fmean(e.usage.input_uncached for e in told if e.prompt_version == version)
        for version in ("v12", "v13")
    }
    assert fresh["v13"] > 1.6 * fresh["v12"]


def test_the_double_counter_tells_every_call_twice(fortnight: Drawn) -> None:
    assert {entry.duplicates for entry in entries(fortnight, story(fortnight, "double-count").workflow)} == {1}


def test_the_unpriced_model_s_cost_is_unknown_and_counted(fortnight: Drawn) -> None:
    unpriced = story(fortnight, "unpriced-model")
    counted = [entry for entry in entries(fortnight, unpriced.workflow) if entry.unpriced]
    assert (unpriced.usd, unpriced.calls) == (None, len(counted))


def test_late_data_belongs_to_the_closed_month(fortnight: Drawn) -> None:
    late = fortnight.history.ledger.totals(by=("late", "month", "workflow"))
    assert [total.of[1:] for total in late if total.of[0] == "True"] == [("2026-10", "dispatch-notes")]


def test_the_storm_fails_more_often_than_not(fortnight: Drawn) -> None:
    storm = story(fortnight, "retry-storm")
    [gemini] = fortnight.history.ledger.totals(
        since=storm.since, until=storm.until, where=lambda entry: entry.workflow == storm.workflow
    )
    assert gemini.failed_calls > gemini.calls


def test_the_team_over_budget_is_over_it_in_a_whole_month(fortnight: Drawn) -> None:
    team = story(fortnight, "over-budget").team or ""
    spent = fortnight.history.ledger.total(where=lambda entry: entry.team == team).cost_usd
    assert spent / 14 * 30 > fortnight.history.company.teams[team].monthly_budget_usd


def test_the_silent_service_has_said_nothing_since(fortnight: Drawn) -> None:
    silence = story(fortnight, "gone-silent")
    told = [entry.started_at for entry in entries(fortnight, silence.workflow)]
    assert max(told) < silence.since + dt.timedelta(minutes=30)
    assert max(told) > silence.since - dt.timedelta(hours=8)


def test_a_story_s_effect_is_its_dollars_in_words(fortnight: Drawn) -> None:
    loop, cut = story(fortnight, "runaway-loop"), story(fortnight, "price-cut")
    assert (loop.effect, cut.effect) == (f"added ${loop.usd:,.2f} so far", f"saved ${-(cut.usd or 0):,.2f}")
