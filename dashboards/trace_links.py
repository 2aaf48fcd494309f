"""Where a trace's page is: links that a table of calls or tasks has beside each row."""

from __future__ import annotations

from urllib.parse import urlencode

import polars as pl
import streamlit as st

# Relative, so that it holds behind whatever name the server is reached by.
PATH = "traces"


def trace_link(trace_id: str, span_id: str | None = None) -> str:
    """The address of a trace, with the span to point at."""
    return f"{PATH}?{urlencode({'trace': trace_id} | ({'span': span_id} if span_id else {}))}"


def with_links(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with a column `link` to the trace of each (`trace_id`, and `span_id` where there is one)."""
    spans = rows["span_id"] if "span_id" in rows.columns else [None] * rows.height
    links = [trace_link(trace, span) for trace, span in zip(rows["trace_id"], spans, strict=True)]
    return rows.with_columns(pl.Series("link", links, dtype=pl.String))


# What a page's scope is told by, in every page's address.
SCOPE = ("period", "from", "to", "against", "team", "environment", "workflow")


def costliest() -> None:
    """The way to the dearest traces of what the page shows: the same days, teams, environment and workflow."""
    scope = {name: st.query_params.get_all(name) for name in SCOPE if name in st.query_params}
    st.page_link(
        "traces.py",
        label="The costliest traces of these days",
        icon=":material/account_tree:",
        query_params=[(name, value) for name, values in scope.items() for value in values],
    )
