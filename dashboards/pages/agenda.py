"""Silences and planned events: what runs and comes, what is added with an owner and an end, what is ended early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, TextColumn

from dashboards.agenda_rows import COMES, RUNS, agenda_rows
from dashboards.ask import look_up
from dashboards.deeds import Deeds
from dashboards.desk import laid
from dashboards.filters import everything, known_teams
from dashboards.heading import open_page
from dashboards.incident_words import KINDS, SAID_BY_CAUSE, kind
from dashboards.reader import may_act, who
from dashboards.screen import table
from dashboards.selection import Selection
from dashboards.signing import do, said_so_far, signature
from dashboards.words import UNATTRIBUTED, markdown

EVERY_TEAM, EVERY_WORKFLOW, ANYTHING = "Every team", "Every workflow", "Anything"
HOUR = timedelta(hours=1)


def listed(rows: pl.DataFrame, selection: Selection) -> None:
    """What runs and comes, and beneath it what is over."""
    now = rows.filter(pl.col("state").is_in([RUNS, COMES]))
    if now.is_empty():
        st.info("Nothing is silenced or planned: every message is sent.", icon=":material/notifications_active:")
    else:
        entries(now, selection, key="agenda", alt="Silences and planned events that run or come")
    over = rows.filter(~pl.col("state").is_in([RUNS, COMES]))
    if over.height:
        with st.expander(f"Over: {over.height}"):
            entries(over.reverse(), selection, key="agenda-over", alt="Silences and planned events that are over")


def entries(rows: pl.DataFrame, selection: Selection, *, key: str, alt: str) -> None:
    """One row an entry."""
    table(
        rows.with_columns(*(_local(column, selection) for column in ("starts_at", "ends_at", "ended_at"))),
        {
            "state": TextColumn("State", width="small"),
            "sort": TextColumn("What", width="small"),
            "scope": TextColumn("Of", width="medium"),
            "starts_at": DatetimeColumn("From", format="D MMM, HH:mm"),
            "ends_at": DatetimeColumn("To", format="D MMM, HH:mm"),
            "owner": TextColumn("Owner", width="small"),
            "holds": TextColumn("So", width="medium"),
            "reason": TextColumn("Why"),
            "added_by": TextColumn("Added by"),
            "ended_by": TextColumn("Ended by"),
        },
        key=key,
        alt=alt,
    )


def add(deeds: Deeds, by: str, selection: Selection) -> None:
    """Two forms: one for what is planned, one for a silence; neither goes without an owner, a reason and an end."""
    planned, silenced = st.tabs(["Add a planned event", "Add a silence"])
    with planned, st.form("planned"):
        st.caption("Its hours are set aside: they neither alarm nor teach, as long as they cost what was said.")
        team, workflow, starts_at, ends_at, owner, reason = _fields("planned", selection)
        most = st.number_input("At most, USD an hour", 0.0, None, None, key="planned-most", placeholder="whatever")
        if st.form_submit_button("Add the planned event", type="primary") and _whole(team, starts_at, ends_at):
            do(
                lambda: deeds.plan(
                    team=_team(team),
                    workflow=workflow,
                    starts_at=_instant(starts_at, selection),
                    ends_at=_instant(ends_at, selection),
                    owner=owner,
                    reason=reason,
                    most_usd_an_hour=None if most is None else Decimal(str(most)),
                    by=by,
                    now=selection.now,
                )
            )
    with silenced, st.form("silence"):
        st.caption("Nothing is sent, pages included; incidents are found and written down as ever.")
        team, workflow, starts_at, ends_at, owner, reason = _fields("silence", selection)
        about = st.selectbox(
            "About", [ANYTHING, *KINDS, *sorted(SAID_BY_CAUSE)], format_func=_about, key="silence-about"
        )
        if st.form_submit_button("Add the silence", type="primary") and _whole(team, starts_at, ends_at):
            do(
                lambda: deeds.silence(
                    team=_team(team),
                    workflow=workflow,
                    about=None if about == ANYTHING else about,
                    starts_at=_instant(starts_at, selection),
                    ends_at=_instant(ends_at, selection),
                    owner=owner,
                    reason=reason,
                    by=by,
                    now=selection.now,
                )
            )


def end_early(rows: pl.DataFrame, deeds: Deeds, by: str, selection: Selection) -> None:
    """Pick one of those that run or come, and end it."""
    mine = [
        row
        for row in rows.filter(pl.col("state").is_in([RUNS, COMES])).iter_rows(named=True)
        if may_act(None if row["of_everybody"] else row["team"])
    ]
    if not mine:
        return
    named = {row["entry_id"]: f"{row['sort']} of {row['scope']}: {row['reason']}" for row in mine}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("End early", list(named), format_func=lambda each: named[each], key="ending", width=460)
        if st.button("End it", key="end", icon=":material/event_busy:") and chosen:
            do(lambda: deeds.end(chosen, by=by, now=selection.now))


def _fields(
    form: str, selection: Selection
) -> tuple[str | None, str | None, datetime | None, datetime | None, str, str]:
    teams = [team for team in [*sorted(known_teams(), key=str.casefold), UNATTRIBUTED] if may_act(team)]
    workflows = sorted({name for name in look_up("workflows", selection)["workflow"] if name}, key=str.casefold)
    local = selection.now.astimezone(selection.zone).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    with st.grid(2, min_column_width=240):
        # Nothing is picked at first: a silence of every team must be meant.
        everybody = [EVERY_TEAM] if may_act(None) else []
        team = st.selectbox("Team", [*everybody, *teams], index=None, key=f"{form}-team", placeholder="Whose?")
        workflow = st.selectbox("Workflow", [EVERY_WORKFLOW, *workflows], key=f"{form}-workflow")
        starts_at = st.datetime_input("From", local, key=f"{form}-from", format="YYYY-MM-DD")
        ends_at = st.datetime_input("To (it must end)", None, key=f"{form}-to", format="YYYY-MM-DD")
        owner = st.text_input("Owner", key=f"{form}-owner", max_chars=80, placeholder="who is asked about it")
        reason = st.text_input("Why", key=f"{form}-why", max_chars=300)
    return (
        team,
        None if workflow == EVERY_WORKFLOW else workflow,
        starts_at,
        ends_at,
        owner,
        reason,
    )


def _whole(team: str | None, starts_at: datetime | None, ends_at: datetime | None) -> bool:
    if team is None or not may_act(_team(team)):
        st.error("Say whose it is: a team, or every team.", icon=":material/error:")
        return False
    if starts_at is None or ends_at is None:
        st.error("Say from when to when: it must end.", icon=":material/error:")
        return False
    return True


def _team(team: str | None) -> str | None:
    return None if team == EVERY_TEAM else team


def _instant(wall: datetime | None, selection: Selection) -> datetime:
    if wall is None:
        raise AssertionError("the form was whole")
    return wall.replace(tzinfo=selection.zone).astimezone(UTC)


def _about(each: str) -> str:
    return each if each == ANYTHING else kind({"kind": each})


def _local(column: str, selection: Selection) -> pl.Expr:
    on_the_clock = pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(selection.zone.key)
    return on_the_clock.dt.replace_time_zone(None).alias(column)


def page() -> None:
    """The page: what runs, and for who may act the forms."""
    reader = who()
    selection = everything(reader)
    open_page("Silences and planned events", selection)
    said_so_far()
    rows = agenda_rows(look_up("agenda", selection), selection.now)
    listed(rows, selection)
    deeds = laid().sources.deeds
    if deeds is None or not any(may_act(team) for team in (None, *(reader.teams or ()))):
        return
    st.caption(markdown(f"Times are on the clock of {selection.zone.key}."))
    by = signature()
    end_early(rows, deeds, by, selection)
    add(deeds, by, selection)


page()
