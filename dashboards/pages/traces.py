"""Traces: the costliest first, and one of them span by span, with dollars, tokens and latency on every node."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, LinkColumn, NumberColumn, TextColumn

from dashboards.ask import look_up
from dashboards.emptiness import nothing_here
from dashboards.figures import trace_waterfall
from dashboards.filters import ALL, choose, known_models
from dashboards.heading import open_page
from dashboards.named_rows import with_names
from dashboards.screen import draw, exactly, money, table, tile
from dashboards.selection import Selection
from dashboards.trace_links import with_links
from dashboards.trace_tree import Node, between_ms, shown, tree
from dashboards.words import UNATTRIBUTED, at, covered, markdown, milliseconds
from warehouse import tokens, usd

MOST_TRACES = 200
MOST_SPANS = 3_000  # that are read of one trace; its sums are of all of them
MOST_DRAWN = 60
MOST_CHECKS = 200
STATUSES = ("with failed calls", "resolved", "failed", "escalated", "abandoned", "refused", "reopened", "no outcome")


def search(selection: Selection) -> pl.DataFrame:
    """The traces that the fields above the table ask for."""
    workflows = sorted({name for name in look_up("workflows", selection)["workflow"] if name}, key=str.casefold)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input("Trace or task id", key="id", bind="query-params", placeholder="in all time")
        workflow = st.selectbox("Workflow", [ALL, *workflows], key="workflow", bind="query-params")
        model = st.selectbox("Model", [ALL, *known_models()], key="model", bind="query-params")
        status = st.selectbox("Status", [ALL, *STATUSES], key="status", bind="query-params")
        least = st.number_input("At least, USD", 0.0, None, 0.0, key="least", bind="query-params", format="%g")
    return look_up(
        "traces",
        selection,
        sought=(sought or "").strip() or None,
        workflow=_picked(workflow),
        model=_picked(model),
        status=_picked(status),
        least_usd=f"{least:.6f}" if least else None,
        most=MOST_TRACES,
    )


def listed(selection: Selection, rows: pl.DataFrame) -> None:
    """The traces found, the dearest first."""
    if rows.is_empty():
        st.info("No trace is like that on these days. Widen the period in the sidebar, or clear a field.")
        return
    cut = f"The dearest {MOST_TRACES} are shown; narrow the search for others. " if rows.height == MOST_TRACES else ""
    st.caption(markdown(f"{cut}Times are on the clock of {selection.zone.key}."))
    local = pl.col("first_at").dt.replace_time_zone("UTC").dt.convert_time_zone(selection.zone.key)
    rows = with_links(with_names(rows)).with_columns(
        local.dt.replace_time_zone(None).alias("began_at"),
        (pl.col("lasted_ms") / 1000).alias("lasted_s"),
    )
    table(
        rows,
        {
            "link": LinkColumn("Trace", display_text="Open", width="small"),
            "cost_usd": money("Cost", rows["cost_usd"]),
            "name": TextColumn("Workflow", width="medium"),
            "models": TextColumn("Models"),
            "tokens": NumberColumn("Tokens", format="localized"),
            "calls": NumberColumn("Calls", format="localized"),
            "failed_calls": NumberColumn("Failed", format="localized"),
            "tool_calls": NumberColumn("Tools", format="localized"),
            "lasted_s": NumberColumn("Seconds", format="%,.1f"),
            "outcome": TextColumn("Outcome"),
            "began_at": DatetimeColumn("Began", format="YYYY-MM-DD HH:mm:ss"),
            "task_id": TextColumn("Task", width="medium"),
        },
        key="traces",
        alt="Traces, the costliest first",
    )


def one(selection: Selection, trace: str) -> None:
    """One trace: what it came to, its waterfall, its table, what was checked."""
    st.page_link("traces.py", label="All traces", icon=":material/arrow_back:")
    sums = look_up("trace_sums", selection, trace=trace).row(0, named=True)
    if not sums["spans"] and not sums["calls"]:
        st.info(
            markdown(f"There is no trace {trace} that you may see: it may be another team's, or not read yet."),
            title="No such trace",
            icon=":material/search_off:",
        )
        return
    nodes = tree(look_up("trace", selection, trace=trace, most=MOST_SPANS))
    _totals(sums, nodes)
    if nodes:
        _heading(selection, nodes, trace)
        first_at = min(node.span["started_at"] for node in nodes)
        drawn = shown(nodes, MOST_DRAWN)
        if len(drawn) < sums["spans"]:
            st.caption(f"{len(drawn):,} of {sums['spans']:,} spans are drawn: the dearest, with all above them.")
        draw(trace_waterfall(drawn, first_at), key="trace")
        _spans(nodes, sums["spans"])
    exactly(sums["cost_usd"], sums["calls"], key="exact-trace")
    _checks(selection, trace)


def _totals(sums: dict[str, object], nodes: list[Node]) -> None:
    calls, unpriced, incomplete = (int(str(sums[name])) for name in ("calls", "unpriced_calls", "incomplete_calls"))
    cost = Decimal(str(sums["cost_usd"]))
    failed = sum(node.failed for node in nodes)
    with st.grid(4, min_column_width=150):
        tile("Cost", usd(cost), exact=cost, note=covered(calls, unpriced, incomplete))
        tile("Tokens", tokens(sum(node.span["tokens"] for node in nodes)), described=f"in {calls:,} calls")
        lasted = _lasted(nodes)
        tile("Took", milliseconds(lasted) if nodes else "—", described=f"{sums['spans']:,} spans")
        tile("Went wrong", f"{failed:,}", described="spans with an error")


def _lasted(nodes: list[Node]) -> int:
    if not nodes:
        return 0
    first_at, last_at = min(node.span["started_at"] for node in nodes), max(node.span["ended_at"] for node in nodes)
    return between_ms(first_at, last_at)


def _heading(selection: Selection, nodes: list[Node], trace: str) -> None:
    top = min(nodes, key=lambda node: node.span["started_at"]).span
    told = {
        "team": next((node.span["team"] for node in nodes if node.span["team"]), UNATTRIBUTED),
        "workflow": next((node.span["workflow"] for node in nodes if node.span["workflow"]), "no workflow"),
        "service": top["service"],
        "task": next((node.span["task_id"] for node in nodes if node.span["task_id"]), None),
        "trace": trace,
    }
    facts = " · ".join(f"{name} {value}" for name, value in told.items() if value)
    st.caption(markdown(f"{facts} · began {at(top['started_at'], selection.zone)} {selection.zone.key}"))


def _spans(nodes: list[Node], whole: int) -> None:
    first_at = min(node.span["started_at"] for node in nodes)
    rows = pl.DataFrame(
        [
            {
                "span": "· " * min(node.depth, 12) + (node.span["tool_name"] or node.span["name"] or node.span["role"]),
                "role": node.span["role"],
                "model": node.span["model"],
                "cost_usd": node.span["cost_usd"],
                "cost_below_usd": node.cost_below_usd,
                "tokens": node.span["tokens"] or None,
                "after_s": node.after_ms(first_at) / 1000,
                "lasted_s": node.lasted_ms / 1000,
                "ttft_ms": node.span["ttft_ms"],
                "status": "went wrong" if node.failed else "",
                "why": _why(node),
                "span_id": node.span["span_id"],
            }
            for node in nodes
        ],
        schema_overrides={"cost_usd": pl.Decimal(38, 12), "cost_below_usd": pl.Decimal(38, 12), "tokens": pl.Int64},
        infer_schema_length=None,
    )
    if len(nodes) < whole:
        st.caption(f"The table has the dearest {len(nodes):,} of {whole:,} spans.")
    table(
        rows,
        {
            "span": TextColumn("Span", pinned=True, width="large"),
            "cost_usd": money("Cost", rows["cost_usd"]),
            "cost_below_usd": money("With all below", rows["cost_below_usd"]),
            "tokens": NumberColumn("Tokens", format="localized"),
            "lasted_s": NumberColumn("Seconds", format="%,.3f"),
            "after_s": NumberColumn("Began after, s", format="%,.3f"),
            "ttft_ms": NumberColumn("First token, ms", format="localized"),
            "model": TextColumn("Model"),
            "role": TextColumn("Role"),
            "status": TextColumn("Status"),
            "why": TextColumn("Why", width="medium"),
            "span_id": TextColumn("Span id"),
        },
        key="spans",
        alt="The spans of the trace, each before what it did",
    )


def _why(node: Node) -> str:
    span = node.span
    reasons = (span["error_type"], span["unpriced_because"], span["incomplete_because"], span["folded_because"])
    return "; ".join(reason for reason in reasons if reason)


def _checks(selection: Selection, trace: str) -> None:
    checks = look_up("trace_checks", selection, trace=trace, most=MOST_CHECKS)
    if checks.is_empty():
        return
    st.subheader("What was checked", anchor=False)
    table(
        checks,
        {
            "name": TextColumn("Check", pinned=True),
            "kind": TextColumn("Kind"),
            "result": TextColumn("Result"),
            "score": NumberColumn("Score", format="%.3f"),
            "label": TextColumn("Label"),
            "source": TextColumn("Of"),
            "checked_at": DatetimeColumn("When, UTC", format="HH:mm:ss.SSS"),
        },
        key="checks",
        alt="What guardrails and evaluations found in the trace",
    )


def _picked(chosen: object) -> str | None:
    return str(chosen) if chosen and chosen != ALL else None


def page() -> None:
    """The search, or the one trace that the address names."""
    selection = choose(st.sidebar)
    open_page("Traces", selection)
    if trace := st.query_params.get("trace"):
        one(selection, trace.strip())
        return
    if not look_up("heard", selection).item(0, "calls"):
        nothing_here(selection)
        return
    rows = search(selection)
    if rows.is_empty() and look_up("cells", selection).is_empty():
        nothing_here(selection)
        return
    listed(selection, rows)


page()
