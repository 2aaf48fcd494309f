"""Every recorded case of sample_traces, from the socket's judgement to usage: what we count is what was billed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from samples import EMITTERS, SAMPLES, Sample

from ingest import Entry, Journal
from ingest.loader import load
from warehouse import Warehouse, refresh, usage

HOMES = 8

# What `usage` calls a figure, and how the provider's ledger tells it.
FIGURES = {
    "input": ("input_tokens", ("input_tokens",)),
    "output": ("output_tokens", ("output_tokens",)),
    "cache_read": ("cache_read_tokens", ("cache_read",)),
    "cache_write": ("cache_write_tokens", ("cache_write_5m", "cache_write_1h")),
    "reasoning": ("reasoning_tokens", ("reasoning",)),
}


def sent(cases: Iterable[Sample]) -> list[Entry]:
    """What these cases send, each with a key of its own, so that the home can tell them apart."""
    return [replace(entry, key_id=str(case), team=str(case)) for case in cases for entry in case.entries()]


def replay(warehouse: Warehouse, entries: Iterable[Entry]) -> None:
    """Have a home read these requests, each time as if from another journal."""
    with TemporaryDirectory() as folder, closing(Journal(Path(folder))) as journal:
        journal.append(list(entries))
        while load(journal, warehouse).entries:
            refresh(warehouse)
    with warehouse.transaction() as tx:
        tx.execute("DELETE FROM journal_marks")


@cache
def replayed(share: int) -> dict[Sample, dict[str, Any]]:
    """What a home says of each case, that hears from an eighth of the emitters."""
    cases = [case for case in SAMPLES if case.emitter in EMITTERS[share::HOMES]]
    with Warehouse.in_memory() as warehouse:
        replay(warehouse, sent(cases))
        return {case: usage(warehouse, by=["model"], teams=[str(case)]) for case in cases}


def said_of(case: Sample) -> dict[str, Any]:
    """What the home says that hears from the case's emitter."""
    return replayed(EMITTERS.index(case.emitter) % HOMES)[case]


def wrong_figures(told: dict[str, Any], truth: dict[str, Any], recoverable: dict[str, bool]) -> dict[str, Any]:
    """Each figure that is not as it should be: equal where it can be recovered, else flagged or NULL."""
    wrong: dict[str, Any] = {}
    for figure, (column, classes) in FIGURES.items():
        billed = sum(truth[name] for name in classes)
        if recoverable[figure]:
            if (told[column] or 0) != billed:
                wrong[figure] = (told[column], billed)
        elif figure in {"input", "output"}:
            if not told["incomplete_calls"]:
                wrong[figure] = "not flagged"
        elif told[column] is not None:
            wrong[figure] = (told[column], "NULL")
    return wrong


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_what_is_counted_is_what_the_provider_billed(case: Sample) -> None:
    truth, told = case.expected, said_of(case)["total"]
    assert wrong_figures(told, truth["totals"], truth["recoverable"]) == {}
    assert told["calls"] == truth["billed_calls"] or not truth["recoverable"]["calls"]


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_every_model_is_told_apart(case: Sample) -> None:
    """By the name that was billed, else by the name that was asked for; by none where the emitter tells neither."""
    truth = case.expected
    asked = {request["billed_model"]: request["request_model"] for request in truth["ledger"] if request["billed"]}
    told = {row["model"]: row for row in said_of(case)["rows"]}
    named = {
        model: next((name for name in (model, asked[model], None) if name in told), model)
        for model in truth["per_model"]
    }
    if truth["recoverable"]["calls"]:
        assert {named[model]: billed["calls"] for model, billed in truth["per_model"].items()} == {
            model: row["calls"] for model, row in told.items() if row["calls"]
        }
        assert {
            model: wrong_figures(told[named[model]], billed, truth["recoverable"])
            for model, billed in truth["per_model"].items()
        } == {model: {} for model in named}


@pytest.fixture(scope="module")
def one_home() -> Iterator[Warehouse]:
    """All cases in one home, sent backwards and then, after that was read, sent again in order."""
    entries = sent(SAMPLES)
    with Warehouse.in_memory() as warehouse:
        replay(warehouse, reversed(entries))
        replay(warehouse, entries)
        yield warehouse


@pytest.mark.parametrize("case", SAMPLES, ids=str)
def test_sent_backwards_and_again_among_all_others_it_is_the_same(case: Sample, one_home: Warehouse) -> None:
    assert usage(one_home, by=["model"], teams=[str(case)]) == said_of(case)
