"""All recorded cases at once, and any few of them in any order and cut: each is counted as it is alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cut_requests import of_service, single_records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_once import new_warehouse
from samples import SAMPLES, Sample
from test_corpus import wrong_figures

from ingest import Entry, Journal
from ingest.loader import load
from warehouse import TOKEN_CLASSES, Warehouse, refresh, usage

Rows = list[tuple[Any, ...]]
# What a call says that does not depend on when it was heard of.
SAID = (
    *("sender", "trace_id", "span_id", "service", "dialect", "operation", "purpose", "provider", "model"),
    *("response_id", *TOKEN_CLASSES, "cache_decided_by", "incomplete_because", "reported_cost_usd", "duplicates"),
    *("billed", "failed", "error_type", "team", "workflow", "user_id", "task_id", "streamed"),
)


def tell(warehouse: Warehouse, batches: Iterable[Sequence[Entry]]) -> None:
    """Each batch is journaled, read and refreshed before the next one comes."""
    with TemporaryDirectory() as folder, closing(Journal(Path(folder))) as journal:
        for batch in batches:
            journal.append(batch)
            while load(journal, warehouse).entries:
                pass
            refresh(warehouse)


@cache
def with_key(case: Sample) -> list[Entry]:
    """The case's requests, sent with a key of its own."""
    return [replace(entry, key_id=str(case), team=str(case)) for entry in case.entries()]


def calls(warehouse: Warehouse) -> dict[str, Rows]:
    """Each sender's calls, without what names them in this warehouse only."""
    told: dict[str, Rows] = {}
    for row in warehouse.query(f"SELECT {', '.join(SAID)} FROM calls ORDER BY ALL").iter_rows():
        told.setdefault(row[0], []).append(row)
    return told


@cache
def alone(case: Sample) -> Rows:
    """What an empty home says of the case's calls when it comes in order and at once."""
    with new_warehouse() as warehouse:
        tell(warehouse, [with_key(case)])
        return calls(warehouse).get(str(case), [])


def counted_wrongly(told: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The cases whose totals are not what was billed, by what they are told as."""
    nothing = dict.fromkeys(next(iter(told.values())))
    wrong: dict[str, Any] = {}
    for case in SAMPLES:
        truth = case.expected
        row = told.get(str(case), nothing | {"calls": 0})
        figures = wrong_figures(row, truth["totals"], truth["recoverable"])
        if truth["recoverable"]["calls"] and row["calls"] != truth["billed_calls"]:
            figures["calls"] = (row["calls"], truth["billed_calls"])
        if figures:
            wrong[str(case)] = figures
    return wrong


@pytest.mark.parametrize("backwards", [False, True])
def test_all_cases_in_one_home_each_with_its_key_are_what_was_billed(*, backwards: bool) -> None:
    sent = [with_key(case) for case in SAMPLES]
    with new_warehouse() as warehouse:
        tell(warehouse, [[entry for of_case in (reversed(sent) if backwards else sent) for entry in of_case]])
        told = {row["team"]: row for row in usage(warehouse, by=["team"])["rows"]}
    assert counted_wrongly(told) == {}


def test_all_cases_of_one_sender_each_of_its_service_are_what_was_billed() -> None:
    sent = [of_service(entry, str(case)) for case in SAMPLES for entry in case.entries()]
    with new_warehouse() as warehouse:
        tell(warehouse, [sent[::2], sent[1::2]])
        told = {row["service"]: row for row in usage(warehouse, by=["service"])["rows"]}
    assert counted_wrongly(told) == {}


@st.composite
def recut(draw: st.DrawFn) -> tuple[list[Sample], list[list[Entry]]]:
    """Up to four cases, their records in any order, some twice, in up to three batches."""
    cases = draw(st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=4, unique_by=str))
    chance = Random(draw(st.integers(0, 2**32)))
    records = [record for case in cases for entry in with_key(case) for record in single_records(entry)]
    records += chance.sample(records, k=len(records) // 3)
    chance.shuffle(records)
    cuts = sorted(chance.choices(range(len(records) + 1), k=draw(st.integers(0, 2))))
    bounds = zip([0, *cuts], [*cuts, len(records)], strict=True)
    return cases, [records[since:until] for since, until in bounds if since < until]


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(recut())
def test_any_order_repetition_and_cut_of_any_cases_gives_the_same_calls(
    told: tuple[list[Sample], list[list[Entry]]],
) -> None:
    cases, batches = told
    with new_warehouse() as warehouse:
        tell(warehouse, batches)
        found = calls(warehouse)
    assert {str(case): found.get(str(case), []) for case in cases} == {str(case): alone(case) for case in cases}
