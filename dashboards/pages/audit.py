"""Who changed what: answers to incidents, silences, planned events, budgets; to be read, narrowed and taken along."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, LinkColumn, NumberColumn, TextColumn

from dashboards.ask import look_up
from dashboards.audit_rows import SORTS, audit_rows, looked_for
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.screen import table
from dashboards.selection import Selection

MOST = 5_000  # rows; a year of a busy company


def picked(rows: pl.DataFrame) -> pl.DataFrame:
    """Of the rows those that the fields above them ask for; the fields offer what there is."""
    there, people = set(rows["sort"]), sorted(set(rows["done_by"]), key=str.casefold)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sorts = st.pills(
            "About",
            [name for name in SORTS.values() if name in there],
            selection_mode="multi",
            key="about",
            bind="query-params",
        )
        by = st.multiselect("By", people, key="by", bind="query-params", placeholder="Everybody")
    return looked_for(rows, sorts, by)


def listed(rows: pl.DataFrame, selection: Selection) -> None:
    """One row a change, the latest first."""
    local = pl.col("done_at").dt.replace_time_zone("UTC").dt.convert_time_zone(selection.zone.key)
    table(
        rows.with_columns(local.dt.replace_time_zone(None)),
        {
            "done_at": DatetimeColumn("When", format="D MMM YYYY, HH:mm:ss"),
            "done_by": TextColumn("Who"),
            "sort": TextColumn("About"),
            "deed": TextColumn("Did"),
            "link": LinkColumn("Its page", display_text="Open", width="small"),
            "team": TextColumn("Team"),
            "reason": TextColumn("Why", width="medium"),
            "numbers": TextColumn("To what", width="medium"),
            "which": TextColumn("Which"),
            "audit_no": NumberColumn("Row", width="small"),
        },
        key="audit",
        alt="Who changed what, when and why, the latest first",
    )
    if rows.height == MOST:
        st.caption(f"These are the latest {MOST:,}; shorter periods show earlier ones.")
    st.caption("Each row is sealed together with the one before it; this finds one that was changed or taken out:")
    st.code("outlay verify", language="bash")


def page() -> None:
    """The page: the changes of these days, of the reader's teams; those of everybody's together for who sees all."""
    selection = choose(st.sidebar, environment=False, against=False)
    open_page("Changes", selection)
    rows = audit_rows(look_up("audit", selection, most=MOST))
    if rows.is_empty():
        st.info(
            "Nobody answered, silenced, planned or budgeted anything in these days. What is done on Incidents, Silences"
            " and planned events, and Budgets, or by `outlay`, stands here with who did it; a longer period may show"
            " more.",
            icon=":material/history_edu:",
        )
        return
    narrowed = picked(rows)
    if narrowed.is_empty():
        st.info("No change is like that. Clear a field above, or widen the period in the sidebar.")
    else:
        listed(narrowed, selection)


page()
