"""One incident, as somebody reads it at 3 a.m. on a phone: how much, how fast, why, what to look at, who knows."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import streamlit as st
from streamlit.column_config import CheckboxColumn, DatetimeColumn, LinkColumn, NumberColumn, TextColumn

from dashboards.budget_rows import name_of
from dashboards.desk import laid
from dashboards.incident_hours import hours_around
from dashboards.incident_story import SPIKE, Story
from dashboards.incident_timeline import Event, timeline
from dashboards.incident_words import (
    FACTORS,
    driver,
    headline,
    impact,
    kind,
    known_until,
    measure,
    not_the_cause,
    standing_badge,
    state_badge,
)
from dashboards.screen import decimals, draw, exactly_usd, money, table, tile
from dashboards.selection import Selection
from dashboards.sums import dollars, share
from dashboards.trace_links import trace_link
from dashboards.words import at, lasting, markdown, percent
from warehouse import usd


def header(told: Story, selection: Selection) -> None:
    """What it is, how it stands, and its dollars."""
    incident = told.incident
    st.title(markdown(headline(incident)), anchor=False)
    badges = [
        state_badge(incident),
        standing_badge(incident, selection.now, selection.zone),
        markdown(kind(incident)),
        markdown(f"since {at(incident['opened_at'], selection.zone)}"),
    ]
    st.markdown(" ".join(filter(None, badges)))
    ahead = told.outlook if incident["state"] == "open" else None
    with st.grid(3 if ahead else 4, min_column_width=150):
        # Where dollars are not the matter, its cause says what is.
        if incident["actual_usd"] or incident["expected_usd"]:
            label, amount = impact(incident)
            tile(label, usd(amount), exact=amount)
            tile("Spent", usd(incident["actual_usd"]), described=measure(incident), exact=incident["actual_usd"])
        if ahead is not None:
            course = "still rising" if ahead["rising"] else "no longer rising"
            tile("In the last hour", usd(ahead["last_hour_usd"]), described=course, exact=ahead["last_hour_usd"])
            if ahead["projected_usd"] is not None:
                tile(
                    "If it goes on",
                    f"~{usd(ahead['projected_usd'])}",
                    described=f"by {at(ahead['projected_until'], selection.zone)}",
                    note="Above expected, if every hour to come costs as much as the last one.",
                )
        ended = incident["resolved_at"] or selection.now.replace(tzinfo=None)
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


def beside(told: Story, selection: Selection) -> None:
    """What to do about its team's spend, and how its budget stands."""
    source, team = laid().sources.budgets, told.incident["team"]
    if runbook := laid().view.runbooks.get(team or ""):
        st.link_button("Runbook", runbook, icon=":material/menu_book:")
    if source is None or team is None:
        return
    lines = [line for line in source(teams=selection.teams, now=selection.now) if line.scope == f"team:{team}"]
    for line in lines:
        spent = f"{usd(line.spent_usd)} of {usd(line.budget_usd)} spent ({percent(line.used)})"
        likely = f", likely {usd(line.likely_usd)} at the end" if line.likely_usd is not None else ""
        st.page_link(
            "budgets.py",
            label=markdown(f"{team}'s budget of {line.window}: {spent}{likely}"),
            icon=":material/savings:",
            query_params={"budget": name_of(line)},
        )


def family(told: Story) -> None:
    """The way to the incident that explains it, or to those that it explains."""
    for other in told.family.iter_rows(named=True):
        is_parent = other["incident_id"] == told.incident["parent_id"]
        st.page_link(
            "incidents.py",
            label=markdown(f"{'Part of' if is_parent else 'With it'}: {headline(other)}"),
            icon=":material/arrow_upward:" if is_parent else ":material/subdirectory_arrow_right:",
            query_params={"id": other["incident_id"]},
        )


def why(told: Story, selection: Selection) -> None:
    """The cause in words and as a picture, where its dollars lie, and what is not the cause."""
    incident = told.incident
    st.subheader("Why", anchor=False)
    st.markdown(markdown(incident["cause"]))
    said = [
        f"driven by {driver(incident)}" if incident["driver"] else "",
        f"mostly {incident['model']}" if incident["model"] else "",
    ]
    st.caption(markdown(" · ".join(filter(None, said))))
    around = hours_around(incident, selection)
    if around is not None:
        draw(around, key="incident-hours")
        st.caption(markdown(" ".join([f"Hours on the clock of {selection.zone.key}.", around.note]).strip()))
    factors(told)
    if incident["kind"] == SPIKE:
        st.caption(markdown(known_until(incident, told.attempts, selection.zone)))
    for line in not_the_cause(told.incident, told.drivers, told.evidence, told.attempts):
        st.caption(markdown(f"Not the cause: {line}"))


def factors(told: Story) -> None:
    """The exact split over calls, tokens per call and price."""
    rows = told.drivers.with_columns(pl.col("driver").replace(FACTORS).alias("factor"))
    if rows.is_empty():
        return
    whole: Decimal = told.incident["impact_usd"]
    rows = rows.with_columns(pl.Series("share", [share(part, whole) for part in rows["part_usd"]], dtype=pl.Float64))
    table(
        rows,
        {
            "factor": TextColumn("Driver", pinned=True),
            "part_usd": signed("Of the excess, USD", rows["part_usd"]),
            "share": NumberColumn("Share", format="%.1f%%", help="Of the whole excess; the parts add up to it"),
            "times": NumberColumn("Times the usual", format="×%.2f"),
            "is_cause": CheckboxColumn("Cause"),
        },
        key="drivers",
        alt="The excess, split over calls, tokens per call and price per token",
        in_percent=("share",),
    )


def signed(label: str, amounts: pl.Series) -> object:
    """A column of money that may be below zero, which held the rise back."""
    form = f"%+,.{decimals(amounts)}f"
    return NumberColumn(label, format=form, help="Below zero: it held the rise back")


def where(told: Story) -> None:
    """The leaves, those that explain four fifths first; together they are the whole excess."""
    leaves = told.leaves
    if leaves.is_empty():
        return
    whole: Decimal = told.incident["impact_usd"]
    causes, offsets = leaves.filter(pl.col("is_cause")), leaves.filter(pl.col("excess_usd") < 0)
    st.subheader("Where", anchor=False)
    explain = "explains" if causes.height == 1 else "explain"
    said = [
        f"{causes.height} of {leaves.height} parts {explain} {percent(share(dollars(causes, 'excess_usd'), whole))}."
    ]
    if offsets.height:
        said.append(f"{usd(-dollars(offsets, 'excess_usd'))} less was spent elsewhere, which holds it back.")
    st.caption(markdown(" ".join(said)))
    rows = leaves.with_columns(
        pl.Series("share", [share(excess, whole) for excess in leaves["excess_usd"]], dtype=pl.Float64)
    )
    table(
        rows,
        {
            **_names(told),
            "excess_usd": signed("Above expected, USD", rows["excess_usd"]),
            "share": NumberColumn("Share", format="%.1f%%", help="Of the whole excess; the parts add up to it"),
            "is_cause": CheckboxColumn("Cause", help="Of the smallest set that explains four fifths of it"),
            "actual_usd": money("Spent", rows["actual_usd"]),
            "expected_usd": money("Expected", rows["expected_usd"]),
            "environment": TextColumn("Environment"),
            "purpose": TextColumn("Purpose"),
            "provider": TextColumn("Provider"),
        },
        key="leaves",
        alt="The parts of the incident's spend, those that are the cause first",
        in_percent=("share",),
    )
    exactly_usd("The parts add up to", dollars(leaves, "excess_usd"), key="exact-leaves")


def _names(told: Story) -> dict[str, object]:
    """What tells leaves apart first: their model; of a whole their workflow, and of the company their team."""
    whole, model = (
        told.incident.get("whole"),
        TextColumn("Model", pinned=not told.incident.get("whole"), width="medium"),
    )
    workflow = {"workflow": TextColumn("Workflow", pinned=True)} if whole else {}
    team = {"team": TextColumn("Team", pinned=True)} if whole == "company" else {}
    return {**team, **workflow, "model": model}


def evidence(told: Story, selection: Selection) -> None:
    """What changed shortly before, and traces to open."""
    changes = told.evidence.filter(pl.col("kind") != "trace")
    traces = told.evidence.filter(pl.col("kind") == "trace")
    if told.evidence.is_empty():
        return
    st.subheader("What to look at", anchor=False)
    for change in changes.iter_rows(named=True):
        what = "Prompt version" if change["kind"] == "prompt" else str(change["kind"]).replace("_", " ").capitalize()
        spent = f", {usd(change['cost_usd'])} since" if change["cost_usd"] is not None else ""
        seen = at(change["seen_at"], selection.zone)
        st.markdown(markdown(f"{what} {change['name']}: first seen {seen}{spent}"))
    if changes.height:
        st.page_link("versions.py", label="Prompt versions against those before", icon=":material/history:")
    if traces.height:
        local = pl.col("seen_at").dt.replace_time_zone("UTC").dt.convert_time_zone(selection.zone.key)
        rows = traces.with_columns(
            pl.Series("link", [trace_link(name) for name in traces["name"]], dtype=pl.String),
            local.dt.replace_time_zone(None).alias("began_at"),
        )
        st.caption(f"The {rows.height} dearest traces in it" if rows.height > 1 else "The dearest trace in it")
        table(
            rows,
            {
                "link": LinkColumn("Trace", display_text="Open", width="small"),
                "cost_usd": money("Cost", rows["cost_usd"]),
                "began_at": DatetimeColumn("Began", format="YYYY-MM-DD HH:mm:ss"),
                "name": TextColumn("Id", width="medium"),
            },
            key="example-traces",
            alt="The dearest traces of the incident",
        )


def time_line(told: Story, selection: Selection) -> None:
    """What happened, in order: opened, noticed, told, answered, over."""
    st.subheader("Time line", anchor=False)
    for event in timeline(told, selection.zone):
        st.markdown(f"**{markdown(at(event.at, selection.zone))}** {_said(event)}")
        if event.text:
            with st.expander("The message as it was sent"):
                st.code(event.text, language=None, wrap_lines=True)
    if told.messages.is_empty():
        st.caption("Nothing was sent about it.")


def _said(event: Event) -> str:
    return f"~~{markdown(event.said)}~~" if event.undone else markdown(event.said)
