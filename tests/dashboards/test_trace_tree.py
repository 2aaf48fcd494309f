"""A trace as a tree: every span once, sums that hold below it, and a bound on what is drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.figures import trace_waterfall
from dashboards.trace_tree import Node, shown, tree

START = datetime(2026, 11, 5, 10)
FACTS = ("model", "tool_name", "agent_name", "error_type", "unpriced_because", "incomplete_because", "folded_because")


def span(number: int, parent: int | None = None, cost: str | None = None, at: int = 0, **more: Any) -> dict[str, Any]:
    told = {"sender": "", "span_id": str(number), "parent_span_id": None if parent is None else str(parent)}
    told |= {"started_at": START + timedelta(seconds=at), "ended_at": START + timedelta(seconds=at + 1)}
    told |= {"cost_usd": None if cost is None else Decimal(cost), "tokens": 0, "failed": False, "status": "ok"}
    return told | dict.fromkeys(FACTS) | {"name": f"s{number}", "role": "call", "is_call": cost is not None} | more


def grown(*spans: dict[str, Any]) -> list[Node]:
    return tree(pl.DataFrame(spans, schema_overrides={"cost_usd": pl.Decimal(18, 12)}, infer_schema_length=None))


def names(nodes: list[Node]) -> list[str]:
    return [node.span["span_id"] for node in nodes]


def test_a_span_stands_before_what_it_did_in_the_order_it_began() -> None:
    assert names(grown(span(3, 1, at=5), span(1), span(4, 2, at=3), span(2, 1, at=2))) == ["1", "2", "4", "3"]


def test_what_stands_above_costs_all_that_is_below_it() -> None:
    nodes = grown(span(1), span(2, 1, "0.25"), span(3, 2, "0.5"))
    assert [node.cost_below_usd for node in nodes] == [Decimal("0.75"), Decimal("0.75"), Decimal("0.5")]


def test_spans_that_are_each_others_parent_are_both_there() -> None:
    assert sorted(names(grown(span(1, 2), span(2, 1), span(3, 3)))) == ["1", "2", "3"]


def test_a_chain_as_deep_as_a_trace_can_be_is_walked() -> None:
    nodes = grown(*(span(number, number - 1 if number else None) for number in range(2_000)))
    assert nodes[-1].depth == 1_999


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(0, 5)), min_size=1, max_size=25),
    st.integers(1, 30),
)
@settings(max_examples=60)
def test_every_span_stands_there_once_and_the_tops_sum_to_all(rows: list[tuple[int, int, int]], most: int) -> None:
    nodes = grown(*(span(number, parent, str(cost), at) for number, (parent, cost, at) in enumerate(rows)))
    tops = sum((node.cost_below_usd for node in nodes if node.parent is None), Decimal(0))
    drawn = shown(nodes, most)
    kept = {id(node) for node in drawn}
    assert sorted(map(int, names(nodes))) == list(range(len(rows)))
    assert tops == sum(cost for _, cost, _ in rows)
    assert (len(drawn) <= most, all(node.parent is None or id(node.parent) in kept for node in drawn)) == (True, True)


def test_the_dearest_spans_are_the_ones_drawn_with_all_above_them() -> None:
    nodes = grown(span(1), span(2, 1, "5"), span(3, 1, "1"), span(4, 1, "3"))
    assert names(shown(nodes, 3)) == ["1", "2", "4"]


def test_a_bar_says_dollars_tokens_and_latency_and_names_are_data() -> None:
    nodes = grown(span(1, None, "0.5", tokens=1200, model="<b>gpt</b>"))
    figure = trace_waterfall(nodes, START).figure
    assert (figure.data[0].text[0], figure.layout.annotations[0].text) == (
        "$0.50 · 1.2k tokens · 1.0 s",
        "&lt;b&gt;gpt&lt;/b&gt;",
    )
