"""A month's statement on the screen: what it is worth, who owes what, what was corrected, its files and its proofs."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, TextColumn

from dashboards.chargeback import Owed
from dashboards.desk import laid
from dashboards.screen import table
from dashboards.selection import Selection
from dashboards.words import UNATTRIBUTED, at, bold, markdown
from warehouse import usd_exact

# More files than this are picked from a list; every team of a company has two.
MOST_BUTTONS = 4
CENTS = "$%,.2f"
TEAM = TextColumn("Team", pinned=True, width="medium")


def show_statement(owing: Owed, selection: Selection) -> None:
    """The statement, final or provisional. Its total stands in an element of the class `st-key-exact-statement`."""
    _status(owing, selection)
    with st.container(key="exact-statement"):
        st.markdown(f"{bold(usd_exact(owing.amount_usd))} {markdown(f'owed for {owing.month}')}")
    _who_owes(owing)
    _corrections(owing)
    _files(owing, selection)
    if owing.over and not owing.final and selection.teams is None:
        st.caption("When it is agreed, whoever runs this server closes it:")
        st.code(f"outlay close {owing.month}", language="bash")
    _proofs(owing)


def _status(owing: Owed, selection: Selection) -> None:
    when = at(owing.stated_at, selection.zone)
    with st.container(horizontal=True, vertical_alignment="center"):
        if owing.final:
            st.badge("Final", icon=":material/lock:", color="green")
            st.caption(
                markdown(f"Closed on {when} by {owing.closed_by}; it does not change any more."), width="content"
            )
        else:
            st.badge("Provisional", icon=":material/edit_note:", color="orange")
            st.caption(markdown(f"As of {when}; it changes with what arrives, until it is closed."), width="content")


def _who_owes(owing: Owed) -> None:
    corrected: dict[str, Any] = {}
    if not owing.corrections.is_empty():
        what = "What earlier, closed months turned out to cost"
        corrected = {"corrections_usd": NumberColumn("Of it, corrections", format=CENTS, help=what)}
    table(
        owing.rows.with_columns(pl.col("team").fill_null(UNATTRIBUTED)),
        {
            "team": TEAM,
            "cost_centre": TextColumn("Cost centre"),
            "amount_usd": NumberColumn("Owes", format=CENTS),
            **corrected,
            "prior_usd": NumberColumn("Month before", format=CENTS),
            "delta_usd": NumberColumn("Difference, $", format="%+,.2f"),
            "budget_usd": NumberColumn("Budget", format=CENTS),
            "left_usd": NumberColumn("Left, $", format="%,.2f"),
        },
        key="statement",
        alt=f"What each team owes for {owing.month}",
    )


def _corrections(owing: Owed) -> None:
    if owing.corrections.is_empty():
        return
    st.markdown("**Corrections of earlier months**")
    st.caption("They arrived after their month was closed, which stays as it was; they are owed with this one.")
    table(
        owing.corrections.with_columns(pl.col("team").fill_null(UNATTRIBUTED)),
        {
            "team": TEAM,
            "usage_month": TextColumn("For"),
            "workflow": TextColumn("Workflow"),
            "model": TextColumn("Model"),
            "calls": NumberColumn("Calls", format="localized"),
            "amount_usd": NumberColumn("Owes, $", format="%+,.2f"),
        },
        key="corrections",
        alt=f"Corrections of earlier months in {owing.month}",
    )


def _files(owing: Owed, selection: Selection) -> None:
    source = laid().sources.statement_files
    files = source(month=owing.month, teams=selection.teams, now=selection.now) if source else ()
    if len(files) > MOST_BUTTONS:
        chosen = st.selectbox("File", range(len(files)), format_func=lambda number: files[number].name, width=420)
        files = [files[chosen]]
    with st.container(horizontal=True):
        for file in files:
            st.download_button(
                file.name,
                file.read,
                file.name,
                file.media_type,
                key=f"file-{file.name}",
                icon=":material/download:",
                on_click="ignore",
            )


def _proofs(owing: Owed) -> None:
    if not owing.checks:
        return
    failed = [check for check in owing.checks if not check.passed]
    told = f"{len(failed)} of {len(owing.checks)} checks fail" if failed else f"All {len(owing.checks)} checks hold"
    with st.expander(told, expanded=bool(failed)):
        for check in owing.checks:
            verdict = ":green-badge[holds]" if check.passed else ":red-badge[fails]"
            st.markdown(f"{verdict} {markdown(f'{check.name}: {check.sentence}')}")
        books = ", ".join(owing.price_versions) or "no price book"
        st.caption(markdown(f"Prices from {books} · SHA-256 of the lines {owing.sha256}"))
