"""Traces: the costliest first, one span by span, and never a span of a team the reader may not see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from drawn import opened, words
from northwind import company, desk, put

from dashboards.desk import Desk, lay
from warehouse import Warehouse

TRACE = "f" * 32


@pytest.fixture
def traced() -> Iterator[Warehouse]:
    """Northwind, with one trace of two teams: the agent, call and tool of Support, and a call of Search."""
    with company() as warehouse:
        at = {"trace_id": TRACE, "started_at": "2026-11-05 10:00:00", "ended_at": "2026-11-05 10:00:09"}
        support, search = {"team": "Support", "workflow": "chat"}, {"team": "Search", "workflow": "answers"}
        told = at | {"status": "ok"}
        tool = {"span_id": "a3", "parent_span_id": "a1", "role": "tool", "tool_name": "read_order", "status": "error"}
        put(
            warehouse,
            "spans",
            told | support | {"span_no": 900, "span_id": "a1", "name": "invoke_agent", "role": "agent"},
            told | support | {"span_no": 901, "span_id": "a2", "parent_span_id": "a1", "name": "chat", "role": "call"},
            at | support | {"span_no": 902, "name": "execute_tool", "error_type": "not found"} | tool,
            told | search | {"span_no": 903, "span_id": "a4", "parent_span_id": "a2", "name": "rank", "role": "call"},
        )
        told = at | {"billed": True, "purpose": "product", "input_uncached": 1200}
        put(
            warehouse,
            "calls",
            told | support | {"span_no": 901, "span_id": "a2", "model": "gpt-5", "cost_usd": "1.5"},
            told | search | {"span_no": 903, "span_id": "a4", "model": "secret-model", "cost_usd": "0.25"},
        )
        part = {"trace_id": TRACE, "first_at": "2026-11-05 10:00:00", "last_at": "2026-11-05 10:00:09", "spans": 3}
        put(
            warehouse,
            "task_parts",
            part | support | {"task_id": "order-7", "calls": 1, "cost_usd": "1.5", "owner": "", "models": "[gpt-5]"},
            part | search | {"task_id": "rank-7", "calls": 1, "cost_usd": "0.25", "owner": "", "models": "[m]"},
        )
        with warehouse.transaction() as tx:
            tx.execute("UPDATE task_parts SET task_key = key_of(task_id), trace_key = key_of(trace_id)")
        yield warehouse


def test_the_dearest_trace_stands_first_with_the_way_to_it(traced: Warehouse) -> None:
    lay(desk(traced))
    rows = opened("traces.py").dataframe[0].value
    assert (rows["link"][0], rows["cost_usd"].to_list()) == (f"traces?trace={TRACE}", [1.5, 0.25])


def test_a_trace_is_found_by_its_task_in_any_period(traced: Warehouse) -> None:
    lay(desk(traced))
    app = opened("traces.py", id="order-7", period="Custom", **{"from": "2025-01-01", "to": "2025-01-02"})
    assert app.dataframe[0].value["task_id"].to_list() == ["order-7"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"model": "gpt-5"}, 1), ({"workflow": "answers"}, 1), ({"status": "with failed calls"}, 0), ({"least": "1"}, 1)],
)
def test_the_fields_of_the_search_are_in_the_address(traced: Warehouse, asked: dict[str, str], found: int) -> None:
    lay(desk(traced))
    assert sum(table.value.shape[0] for table in opened("traces.py", **asked).dataframe) == found


def test_a_trace_shows_dollars_tokens_and_time_of_every_span(traced: Warehouse) -> None:
    lay(desk(traced))
    said = words(opened("traces.py", trace=TRACE))
    assert all(
        part in said for part in ("Exactly $1.75 from 2 calls", "1.2k tokens", "9.0 s", "read_order", "not found")
    )


def test_a_reader_of_one_team_sees_their_spans_of_a_trace_and_no_word_of_the_others(traced: Warehouse) -> None:
    lay(desk(traced, keys_required=True))
    said = words(opened("traces.py", key="support", trace=TRACE))
    assert ("Exactly $1.50 from 1 calls" in said, "secret-model" in said, "answers" in said) == (True, False, False)


def test_a_reader_of_one_team_finds_no_trace_of_another(traced: Warehouse) -> None:
    lay(desk(traced, keys_required=True))
    said = words(opened("traces.py", key="search", id="order-7"))
    assert ("No trace is like that" in said, "1.5" in said) == (True, False)


def test_a_trace_nobody_sent_says_so(open_desk: Desk) -> None:
    assert "There is no trace abc that you may see" in words(opened("traces.py", trace="abc"))


def test_the_overview_leads_to_the_costliest_traces_of_its_days(open_desk: Desk) -> None:
    (link,) = [
        link.proto.page_link if hasattr(link.proto, "page_link") else link.proto
        for link in opened(period="Last month", team="Support").get("page_link")
        if "costliest" in link.proto.label
    ]
    assert ("period=Last+month" in link.query_string, "team=Support" in link.query_string) == (True, True)
