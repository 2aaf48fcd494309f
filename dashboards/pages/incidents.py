"""Incidents: what went out of line, dearest first; and one of them with its hours, its cause and what was told."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.ask import look_up
from dashboards.emptiness import nothing_here
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.incident_hours import hours_around
from dashboards.incident_words import (
    Incident,
    driver,
    excess,
    headline,
    impact,
    kind,
    measure,
    message_text,
    state_badge,
)
from dashboards.screen import draw, incident_card, tile
from dashboards.selection import Selection
from dashboards.words import at, lasting, markdown
from warehouse import usd

MOST_LISTED = 25
# Messages link with `id`; `incident` says the same and is easier to guess.
NAMES = ("id", "incident")


def listed(incidents: pl.DataFrame, selection: Selection) -> None:
    """All of them, the open ones first, in the order of the money."""
    still = incidents.filter(pl.col("state") == "open")
    with st.grid(2, min_column_width=150):
        tile("Open", f"{still.height}", described=f"{usd(excess(still))} above expected")
        past = incidents.filter(pl.col("state") != "open")
        tile("Resolved", f"{past.height}", described=f"{usd(excess(past))} above expected")
    for incident in incidents.head(MOST_LISTED).iter_rows(named=True):
        incident_card(incident, at(incident["opened_at"], selection.zone))
    if incidents.height > MOST_LISTED:
        st.caption(f"The {MOST_LISTED} dearest of {incidents.height}; a shorter period or one team shows fewer.")


def detail(incident: Incident, selection: Selection) -> None:
    """One incident, as somebody reads it at 3 a.m. on a phone."""
    st.page_link("incidents.py", label="All incidents", icon=":material/arrow_back:")
    st.title(markdown(headline(incident)), anchor=False)
    ended = incident["resolved_at"] or selection.now.replace(tzinfo=None)
    st.markdown(f"{state_badge(incident)} {markdown(kind(incident))}")
    with st.grid(4, min_column_width=150):
        label, amount = impact(incident)
        tile(label, usd(amount), exact=amount)
        tile("Spent", usd(incident["actual_usd"]), described=measure(incident), exact=incident["actual_usd"])
        tile(
            "Lasts" if incident["state"] == "open" else "Lasted",
            lasting(ended - incident["opened_at"]),
            described=f"since {at(incident['opened_at'], selection.zone)}",
        )
        tile(
            "Noticed after",
            lasting(incident["noticed_at"] - incident["opened_at"]),
            described=at(incident["noticed_at"], selection.zone),
        )
    st.subheader("Why", anchor=False)
    st.markdown(markdown(incident["cause"]))
    told = [
        f"driven by {driver(incident)}" if incident["driver"] else "",
        f"mostly {incident['model']}" if incident["model"] else "",
    ]
    st.caption(markdown(" · ".join(filter(None, told))))
    around = hours_around(incident, selection)
    if around is not None:
        draw(around, key="incident-hours")
        st.caption(markdown(f"Hours in {selection.zone.key}"))
    messages(incident, selection)


def messages(incident: Incident, selection: Selection) -> None:
    """What was told, to whom, as it was sent."""
    st.subheader("What was told", anchor=False)
    sent = look_up("messages", selection, incident=incident["incident_id"])
    if sent.is_empty():
        st.markdown("Nothing was sent about it.")
    for row in sent.iter_rows(named=True):
        if row["sent_at"]:
            fate = f"sent {at(row['sent_at'], selection.zone)}"
        else:
            fate = row["last_error"] or f"waiting since {at(row['written_at'], selection.zone)}"
        st.caption(markdown(f"{row['event']} · {row['channel']} · {fate}"))
        st.code(message_text(row["subject"], row["body"]), language=None, wrap_lines=True)


def page() -> None:
    """The page: one incident when the URL names one, else all of these days."""
    selection = choose(st.sidebar, environment=False)
    asked_for = next((st.query_params[name] for name in NAMES if st.query_params.get(name)), None)
    if asked_for is not None:
        found = look_up("incident", selection, incident=asked_for)
        if found.height:
            detail(found.row(0, named=True), selection)
        else:
            st.page_link("incidents.py", label="All incidents", icon=":material/arrow_back:")
            st.info(markdown(f"There is no incident {asked_for}, or it belongs to a team that you do not see."))
        return

    open_page("Incidents", selection)
    incidents = look_up("incidents", selection)
    if incidents.is_empty() and look_up("cells", selection).is_empty():
        nothing_here(selection)
    elif incidents.is_empty():
        st.success("Nothing was out of line in these days.", icon=":material/check_circle:")
    else:
        listed(incidents, selection)


page()
