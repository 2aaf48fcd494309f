"""The top of every page: its name, what it is about, and how far it can be trusted."""

from __future__ import annotations

import streamlit as st

from dashboards.ask import look_up
from dashboards.desk import laid
from dashboards.selection import Selection
from dashboards.sums import count
from dashboards.words import covered, freshness, markdown, on_days, percent

FEW_TEAMS = 4
# Beyond this the page is behind what was sent, and says so in a colour.
LATE_S = 60
WELL_COVERED = 0.98


def open_page(title: str, selection: Selection) -> None:
    """The page's name and scope, and two badges: how far behind it is, and how much of the spend it knows."""
    st.title(title, anchor=False)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(markdown(scope(selection)), width="content")
        _fresh(selection)
        _covered(selection)


def scope(selection: Selection) -> str:
    """What a page is about: '1–20 Nov 2026 · Support, Search · production · Europe/Berlin'."""
    parts = [on_days(selection.days)]
    if selection.teams is None:
        parts.append("all teams")
    elif len(selection.teams) <= FEW_TEAMS:
        parts.append(", ".join(selection.teams) or "no team")
    else:
        parts.append(f"{len(selection.teams)} teams")
    if selection.environment:
        parts.append(selection.environment)
    return " · ".join([*parts, selection.zone.key])


def _fresh(selection: Selection) -> None:
    lag = laid().lag()
    last_at = look_up("heard", selection).item(0, "last_at")
    late = lag.seconds > LATE_S
    st.badge(
        "late" if late else "fresh",
        icon=":material/schedule:",
        color="orange" if late else "gray",
        help=markdown(freshness(lag, last_at, selection.now, selection.zone)),
    )


def _covered(selection: Selection) -> None:
    cells = look_up("cells", selection)
    calls, unpriced, incomplete = (count(cells, name) for name in ("calls", "unpriced_calls", "incomplete_calls"))
    if calls:
        share = 1 - (unpriced + incomplete) / calls
        st.badge(
            f"{percent(share, 1)} covered",
            icon=":material/verified:",
            color="gray" if share >= WELL_COVERED else "orange",
            help=markdown(covered(calls, unpriced, incomplete)),
        )
