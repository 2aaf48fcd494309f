"""Forecast accuracy: what was forecast on the 1st, 10th and 20th, frozen then, against what the month came to."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, TextColumn

from dashboards.accuracy_rows import accuracy_rows
from dashboards.desk import laid
from dashboards.filters import everything
from dashboards.heading import open_page
from dashboards.reader import who
from dashboards.screen import money, table, tile
from dashboards.words import percent

THE_DAY = 10


def nothing_yet() -> None:
    """When there will be something."""
    st.info(
        "Forecasts are frozen when the 1st, the 10th and the 20th are over; the first are judged when their month is.",
        title="No forecast to judge yet",
        icon=":material/hourglass_empty:",
    )


def summary(rows: pl.DataFrame) -> None:
    """The forecasts of the tenth: how far off, how much better than last week again, how often within the range."""
    tenth = rows.filter((pl.col("day") == THE_DAY) & (pl.col("of") == "The company"))
    if tenth.is_empty():
        return
    of = tenth.row(0, named=True)
    with st.grid(4, min_column_width=150):
        tile("Off by, on the 10th", percent(of["wape"], 1), described="of what the months came to")
        tile("Last week again", percent(of["naive"], 1), described="what a naive forecast is off by")
        tile("Bias", f"{of['bias'] * 100:+.1f}%", described="above or below on the whole")
        tile("Within P10 to P90", percent(of["covered"]), described="80% should be")


def page() -> None:
    """The page: by kind and day, then forecast by forecast."""
    selection = everything(who())
    open_page("Forecast accuracy", selection)
    source = laid().sources.accuracy
    frozen = source(teams=selection.teams, now=selection.now) if source else None
    if frozen is None or frozen.is_empty():
        nothing_yet()
        return
    rows = accuracy_rows(frozen)
    summary(rows)
    table(
        rows,
        {
            "of": TextColumn("Forecasts of", pinned=True),
            "day": NumberColumn("Made after day"),
            "forecasts": NumberColumn("Forecasts"),
            "wape": NumberColumn("WAPE", format="%.1f%%", help="Σ |forecast − actual| ÷ Σ actual"),
            "naive": NumberColumn("Naive", format="%.1f%%", help="The same of last week again and again"),
            "gain": NumberColumn("Better by", format="%.0f%%", help="How much less than the naive one it is off"),
            "bias": NumberColumn("Bias", format="%+.1f%%", help="Σ (forecast − actual) ÷ Σ actual"),
            "covered": NumberColumn("In range", format="%.0f%%", help="Ended between P10 and P90; 80% should"),
        },
        key="accuracy",
        alt="How far forecasts were off, by what they were of and the day they were made on",
        in_percent=("wape", "naive", "gain", "bias", "covered"),
    )
    st.subheader("Forecast by forecast", anchor=False)
    table(
        frozen,
        {
            "title": TextColumn("Of", pinned=True, width="medium"),
            "month": TextColumn("Month"),
            "day": NumberColumn("Made after day"),
            "spent_usd": money("Spent by then", frozen["spent_usd"]),
            "p50_usd": money("Likely", frozen["p50_usd"]),
            "p10_usd": money("P10", frozen["p10_usd"]),
            "p90_usd": money("P90", frozen["p90_usd"]),
            "actual_usd": money("Came to", frozen["actual_usd"]),
            "method": TextColumn("Mostly by"),
        },
        key="frozen",
        alt="Each frozen forecast with what its month came to",
    )


page()
