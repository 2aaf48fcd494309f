"""Incidents: what waits for somebody, dearest first; and one of them with its hours, cause, traces and time line."""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, LinkColumn, NumberColumn, TextColumn

from dashboards.ask import look_up
from dashboards.desk import laid
from dashboards.emptiness import nothing_here
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.incident_actions import actions
from dashboards.incident_panel import beside, evidence, family, header, time_line, where, why
from dashboards.incident_rows import SEVERITIES, STANDINGS, by_parent, inbox, narrowed
from dashboards.incident_story import story
from dashboards.incident_words import OPEN, RESOLVED, excess
from dashboards.screen import incident_card, money, table, tile
from dashboards.selection import Selection
from dashboards.words import at, markdown
from warehouse import usd

MOST_CARDS = 8
# Messages link with `id`; `incident` says the same and is easier to guess.
NAMES = ("id", "incident")


def sums(rows: pl.DataFrame) -> None:
    """How many there are, and what they cost above what was expected."""
    waiting, over = rows.filter(pl.col("standing") == OPEN), rows.filter(pl.col("standing") == RESOLVED)
    answered = rows.filter(~pl.col("standing").is_in([OPEN, RESOLVED]))
    with st.grid(3, min_column_width=150):
        for label, those in (("Open", waiting), ("In somebody's hands", answered), ("Resolved", over)):
            tile(label, f"{those.height}", described=f"{usd(excess(those))} above expected")


def picked(rows: pl.DataFrame) -> pl.DataFrame:
    """Of the rows those that the fields above them ask for; the fields offer what there is."""
    there = {column: set(rows[column]) for column in ("standing", "severity")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        standings = st.pills(
            "State",
            [name for name in STANDINGS if name in there["standing"]],
            selection_mode="multi",
            key="state",
            bind="query-params",
        )
        severities = st.pills(
            "Severity",
            [name for name in SEVERITIES if name in there["severity"]],
            selection_mode="multi",
            key="severity",
            bind="query-params",
        )
    return narrowed(rows, standings, severities)


def listed(rows: pl.DataFrame, selection: Selection) -> None:
    """The dearest as cards, and when there are more, all of them as a table."""
    if rows.is_empty():
        st.info("No incident is like that. Clear a field above, or widen the period in the sidebar.")
        return
    groups = by_parent(rows)
    for incident, children in groups[:MOST_CARDS]:
        incident_card(incident, at(incident["opened_at"], selection.zone), selection, children)
    if len(groups) <= MOST_CARDS:
        return
    st.subheader(f"All {rows.height}", anchor=False)
    local = pl.col("opened_at").dt.replace_time_zone("UTC").dt.convert_time_zone(selection.zone.key)
    rows = rows.with_columns(local.dt.replace_time_zone(None).alias("since"))
    known = rows["chance"].is_not_null().any()
    chance = {"chance": NumberColumn("Real", format="%.0f%%", help="How likely, by what people said of others")}
    table(
        rows,
        {
            "link": LinkColumn("Incident", display_text="Open", width="small"),
            "standing": TextColumn("State", width="small"),
            "severity": TextColumn("Severity", width="small"),
            "at_stake_usd": money("At stake", rows["at_stake_usd"]),
            "what": TextColumn("What", width="large"),
            **(chance if known else {}),
            "since": DatetimeColumn("Since", format="D MMM, HH:mm"),
            "lasted": TextColumn("Lasts", width="small"),
            "cause": TextColumn("Why", width="large"),
            "sort": TextColumn("Kind"),
        },
        key="incidents",
        alt="Every incident of these days, what waits for somebody first, by dollars",
        in_percent=("chance",) if known else (),
    )


def detail(incident_id: str, selection: Selection) -> None:
    """One incident, or that there is none."""
    st.page_link("incidents.py", label="All incidents", icon=":material/arrow_back:")
    told = story(partial(_look, selection), incident_id)
    if told is None:
        st.title("No such incident", anchor=False)
        st.info(markdown(f"There is no incident {incident_id}, or it belongs to a team that you do not see."))
        return
    header(told, selection)
    beside(told, selection)
    family(told)
    actions(told, selection)
    why(told, selection)
    where(told)
    evidence(told, selection)
    time_line(told, selection)


def page() -> None:
    """The page: one incident when the URL names one, else all of these days."""
    selection = choose(st.sidebar, environment=False, against=False)
    asked_for = next((st.query_params[name] for name in NAMES if st.query_params.get(name)), None)
    if asked_for is not None:
        detail(asked_for, selection)
        return
    open_page("Incidents", selection)
    incidents = look_up("incidents", selection)
    if incidents.is_empty() and look_up("cells", selection).is_empty():
        nothing_here(selection)
    elif incidents.is_empty():
        st.success("Nothing was out of line in these days.", icon=":material/check_circle:")
    else:
        source = laid().sources.chances
        rows = inbox(incidents, selection.now, source(incidents["incident_id"].to_list()) if source else {})
        sums(rows)
        listed(picked(rows), selection)


def _look(selection: Selection, name: str, **params: str) -> pl.DataFrame:
    return look_up(name, selection, **params)


page()
