"""Data quality: whether the figures can be trusted, and who can mend what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, NumberColumn, TextColumn

from dashboards.ask import ask, look_up
from dashboards.desk import laid
from dashboards.emptiness import nothing_here
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.screen import money, table, tile
from dashboards.selection import Selection
from dashboards.sums import count
from dashboards.unpriced import unpriced_by_model
from dashboards.words import UNATTRIBUTED, covered, freshness, lasting, markdown, percent

WHEN = "YYYY-MM-DD HH:mm"
LAST = DatetimeColumn("Last, UTC", format=WHEN)
SPANS = NumberColumn("Spans", format="localized")
CALLS = NumberColumn("Calls", format="localized")


def totals(selection: Selection, coverage: pl.DataFrame, folded: pl.DataFrame, faults: pl.DataFrame) -> None:
    """How late, how complete, how often told twice, how often refused."""
    lag = laid().lag()
    last_at = look_up("heard", selection).item(0, "last_at")
    calls, unpriced, incomplete = (count(coverage, name) for name in ("calls", "unpriced_calls", "incomplete_calls"))
    with st.grid(4, min_column_width=150):
        behind = lasting(timedelta(seconds=lag.seconds)) if lag.entries else "0 s"
        tile(
            "Behind by",
            behind,
            described=f"{lag.entries:,} requests waiting",
            note=freshness(lag, last_at, selection.now, selection.zone),
        )
        share = 1 - (unpriced + incomplete) / calls if calls else None
        tile("Coverage", percent(share, 1), described=f"of {calls:,} calls", note=covered(calls, unpriced, incomplete))
        tile("Told more than once", f"{count(folded, 'spans'):,}", described="spans folded into one call")
        tile("Refused", f"{faults.height:,}", described="records, beside good ones")


def section(title: str, says: str, frame: pl.DataFrame, columns: Mapping[str, Any], key: str) -> None:
    """One thing that can be wrong: a sentence what it means, and the rows, or that there are none."""
    st.subheader(title, anchor=False)
    if frame.is_empty():
        st.markdown(":green-badge[none] " + markdown(says))
        return
    st.caption(markdown(says))
    table(frame, columns, key=key, alt=title)


def page() -> None:
    """The page, one thing that can be wrong after the other."""
    selection = choose(st.sidebar, environment=False)
    open_page("Data quality", selection)
    if not look_up("heard", selection).item(0, "calls") and look_up("unrecognised", selection).is_empty():
        nothing_here(selection)
        return

    coverage, folded, faults = ask("coverage", selection), look_up("folded", selection), look_up("faults", selection)
    totals(selection, coverage, folded, faults)
    team = TextColumn("Team", pinned=True, width="medium")
    service = TextColumn("Service")

    st.subheader("Coverage by team", anchor=False)
    table(
        coverage.with_columns(pl.col("team").fill_null(UNATTRIBUTED)),
        {
            "team": team,
            "calls": CALLS,
            "unpriced_calls": NumberColumn("No price", format="localized"),
            "incomplete_calls": NumberColumn("No usage", format="localized"),
            "coverage": NumberColumn("Coverage", format="%.1f%%"),
            "cost_usd": money("Known cost", coverage["cost_usd"]),
            "share_of_cost": NumberColumn("Share of cost", format="%.1f%%"),
        },
        key="coverage",
        alt="Coverage by team",
        in_percent=("coverage", "share_of_cost"),
    )
    section(
        "Calls without a price",
        "Their model is not in the price book; a price in outlay.toml makes them cost something.",
        unpriced_by_model(ask("unpriced_models", selection)),
        {
            "model": TextColumn("Model", pinned=True, width="medium"),
            "provider": TextColumn("Provider"),
            "calls": CALLS,
            "input_tokens": NumberColumn("Tokens in", format="localized"),
            "output_tokens": NumberColumn("Tokens out", format="localized"),
            "first_at": DatetimeColumn("First, UTC", format=WHEN),
            "last_at": LAST,
        },
        "unpriced",
    )
    section(
        "Calls without usage",
        "The sender did not tell how many tokens it used, so the call has no cost. It can be told to.",
        look_up("incomplete", selection).with_columns(pl.col("team").fill_null(UNATTRIBUTED)),
        {
            "team": team,
            "service": service,
            "because": TextColumn("Why", width="large"),
            "calls": CALLS,
            "last_at": LAST,
        },
        "incomplete",
    )
    section(
        "Who was heard when",
        "A service that fell silent stands on top.",
        look_up("heard_from", selection).with_columns(pl.col("team").fill_null(UNATTRIBUTED)),
        {"team": team, "service": service, "last_at": LAST, "calls": CALLS},
        "heard-from",
    )
    section(
        "Told more than once",
        "A request that two instrumentations told of counts once; the better telling wins.",
        folded,
        {"because": TextColumn("Why they are one", width="large"), "spans": SPANS},
        "folded",
    )
    section(
        "Refused records",
        "They are malformed and in no figure; the spans beside them are stored.",
        faults,
        {
            "received_at": DatetimeColumn("Received, UTC", format=WHEN),
            "culprit": TextColumn("Which"),
            "sentence": TextColumn("Why", width="large"),
        },
        "faults",
    )
    section(
        "Spans nobody recognised",
        "They use a vocabulary that no dialect reads. If model calls are among them, they are in no figure.",
        look_up("unrecognised", selection),
        {"service": service, "scope_name": TextColumn("Instrumentation"), "spans": SPANS, "last_at": LAST},
        "unrecognised",
    )
    section(
        "Claims of another team",
        "The payload names another team than its key. The key's team owes; nothing was moved.",
        look_up("claimed", selection),
        {"team": team, "claimed_team": TextColumn("Claimed"), "service": service, "spans": SPANS, "last_at": LAST},
        "claimed",
    )
    section(
        "Odd times",
        "Their clock or their exporter is wrong.",
        look_up("odd_times", selection),
        {"service": service, "what": TextColumn("What", width="large"), "spans": SPANS, "last_at": LAST},
        "odd-times",
    )


page()
