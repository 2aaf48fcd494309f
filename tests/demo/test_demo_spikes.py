"""The detector finds the demo's stories that cost something, each once and with its driver, and wakes nobody else."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from fortnights import NOW

from alerts import WouldBe, backtest
from outlay.demo import History

DAYS = 75
# What went wrong → its driver; `last` is the hour by whose close it must be told.
TOLD = {
    "migration-agent": "calls",
    "refund-agent": "calls",
    "semantic-answers": "calls",
    "lead-qualifier": "unit_price",
    "support-answers": "tokens_per_call",
}
WAKING = {"migration-agent", "refund-agent"}


@pytest.fixture(scope="module")
def history() -> History:
    history = History(NOW, days=DAYS)
    for _step in history:
        pass  # telling it fills its ledger
    return history


@pytest.fixture(scope="module")
def found(history: History) -> dict[str, list[WouldBe]]:
    """What would have been told of each workflow's rises, as the ledger has its hours."""
    kept = [entry for entry in history.ledger.entries if entry.billed and entry.cost_usd is not None]
    hours = pl.DataFrame(
        {
            "series_id": [entry.workflow or "(none named)" for entry in kept],
            "hour_at": [entry.started_at.replace(minute=0, second=0, microsecond=0, tzinfo=None) for entry in kept],
            "cost_usd": [float(entry.cost_usd or 0) for entry in kept],
            "calls": [1.0] * len(kept),
            "input_tokens": [float(entry.usage.input_tokens) for entry in kept],
            "output_tokens": [float(entry.usage.output_tokens) for entry in kept],
        }
    )
    sums = hours.group_by("series_id", "hour_at").agg(pl.exclude("series_id", "hour_at").sum())
    names = sums.select("series_id").unique()
    every = (
        pl.datetime_range(hours["hour_at"].min(), hours["hour_at"].max(), "1h", eager=True).alias("hour_at").to_frame()
    )
    grid = names.join(every, how="cross").join(sums, on=["series_id", "hour_at"], how="left").fill_null(0.0)
    told: dict[str, list[WouldBe]] = {}
    for each in backtest(grid.sort("series_id", "hour_at"), zone=history.company.zone):
        if each.direction == "up":
            told.setdefault(each.series_id, []).append(each)
    return told


def test_each_story_is_told_once_with_its_driver(found: dict[str, list[WouldBe]]) -> None:
    assert {name: [each.driver for each in told] for name, told in found.items()} == {
        name: [driver] for name, driver in TOLD.items()
    }


def test_only_the_loops_wake_somebody(found: dict[str, list[WouldBe]]) -> None:
    assert {name for name, told in found.items() if any(each.tier == "page" for each in told)} == WAKING


def test_a_loop_is_told_at_the_close_of_its_first_hours(history: History, found: dict[str, list[WouldBe]]) -> None:
    begun = {story.workflow: story.since for story in history.stories() if story.key.startswith("runaway-loop")}
    late = {
        name: found[name][0].opened_at - since.replace(minute=0, second=0, microsecond=0, tzinfo=None)
        for name, since in begun.items()
    }
    assert all(delay <= dt.timedelta(hours=1) for delay in late.values()), late
