"""Rules and channels: what is watched and what it would have told, who hears it, and whether it reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, LinkColumn, NumberColumn, TextColumn

from dashboards.ask import look_up
from dashboards.desk import laid
from dashboards.filters import everything
from dashboards.heading import open_page
from dashboards.incident_rows import incident_link
from dashboards.reader import may_act, who
from dashboards.rule_rows import channel_rows, route_rows, rule_rows
from dashboards.rule_trial import another_value
from dashboards.screen import table
from dashboards.selection import Selection
from dashboards.sources import ChannelLine, Watching
from dashboards.words import at, markdown

MOST_DELIVERIES = 50
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
IN_FILE = """[channels.chat]
kind = "slack"            # or pagerduty, email, webhook, alertmanager, apprise
url = "https://…"         # never shown again

[[routes]]
severity = ["page"]       # beside it team, kind, quiet = "22:00-07:00", most_a_day
channels = ["chat"]"""


def rules(watching: Watching, selection: Selection) -> None:
    """Every condition with its setting, and what it would have told in the last thirty days."""
    st.subheader("What is watched", anchor=False)
    with st.spinner("Asking each rule about every hour of the last 30 days"):
        lines = watching.rules(now=selection.now)
    days = max((line.days for line in lines), default=0)
    table(
        rule_rows(lines),
        {
            "title": TextColumn("Condition", pinned=True, width="large"),
            "past": TextColumn(
                f"Last {days} days", width="medium", help="How often it would have fired, and for how much"
            ),
            "judged": TextColumn("People said", help="Of the incidents that somebody said a word about"),
            "setting": TextColumn("Set by", width="medium"),
            "examples": TextColumn("The last ones", width="large"),
        },
        key="rules",
        alt="Every condition that is watched, and what it would have told in the last days",
    )
    st.caption("What is set in outlay.toml holds when the server is started again; 0 leaves a condition out.")
    another_value(lines, watching, selection)


def routes(watching: Watching) -> None:
    """Who hears what; the first route that fits decides."""
    st.subheader("Who hears what", anchor=False)
    st.caption("The first line that fits a message decides. What no route of your own takes, the usual ones tell.")
    table(
        route_rows(watching.routes()),
        {
            "place": NumberColumn("Line", width="small"),
            "teams": TextColumn("Teams"),
            "severities": TextColumn("Severity"),
            "kinds": TextColumn("Kind"),
            "channels": TextColumn("Told by"),
            "when": TextColumn("When", width="large"),
        },
        key="routes",
        alt="Routes in the order in which they are asked",
    )


def channels(lines: Sequence[ChannelLine], watching: Watching, selection: Selection) -> None:
    """Every way to people: whether it works, and a button that tries it."""
    st.subheader("Channels", anchor=False)
    if not lines:
        st.info("Nobody is told of anything. Add a channel to outlay.toml:", icon=":material/notifications_off:")
        st.code(IN_FILE, language="toml")
        return
    with st.expander("Add a channel or a route", icon=":material/add_alert:"):
        st.caption("Write this into outlay.toml, start the server again, and try the channel below.")
        st.code(IN_FILE, language="toml")
    rows = channel_rows(lines).with_columns(_local("last_sent_at", selection))
    table(
        rows,
        {
            "name": TextColumn("Channel", pinned=True),
            "kind": TextColumn("Kind"),
            "state": TextColumn("State"),
            "last_sent_at": DatetimeColumn("Last reached somebody", format="D MMM, HH:mm"),
            "waiting": NumberColumn("Waiting", format="localized"),
            "given_up": NumberColumn("Given up", format="localized"),
            "last_error": TextColumn("Last reason", width="large"),
            "fallback": TextColumn("Falls back to"),
        },
        key="channels",
        alt="Every channel with what became of its messages",
    )
    links = watching.links()
    if urlsplit(links).hostname in LOOPBACK and any(line.kind != "terminal" for line in lines):
        told = f"Messages link to {links}, which only this machine reaches. Where others reach these pages is said by"
        st.caption(f"{markdown(told)} `alerts.pages_url` in outlay.toml.")
    if any(line.given_up for line in lines):
        st.caption("What was given up is sent after all by:")
        st.code("outlay alerts undelivered --again", language="bash")
    if may_act(None):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox("Channel", [line.name for line in lines], key="tried", width=260)
            if st.button("Send a test message", icon=":material/send:", key="send-test") and chosen:
                _try(watching, chosen, selection)


def _try(watching: Watching, channel: str, selection: Selection) -> None:
    with st.spinner("Sending"):
        failed = watching.send_test(channel=channel, now=selection.now)
    if failed is None:
        st.success(markdown(f"{channel} took the message."), icon=":material/check_circle:")
    else:
        st.error(markdown(f"{channel} did not take it: {failed}"), icon=":material/error:")


def deliveries(selection: Selection) -> None:
    """The last messages, with the reason of those that did not get there."""
    st.subheader("Last deliveries", anchor=False)
    rows = look_up("deliveries", selection, most=MOST_DELIVERIES)
    if rows.is_empty():
        st.caption("Nothing was sent yet.")
        return
    fates = [_fate(row, selection) for row in rows.iter_rows(named=True)]
    links = [incident_link(each) if each else None for each in rows["incident_id"]]
    rows = rows.with_columns(
        _local("written_at", selection),
        pl.Series("fate", fates, dtype=pl.String),
        pl.Series("link", links, dtype=pl.String),
    )
    table(
        rows,
        {
            "link": LinkColumn("Incident", display_text="Open", width="small"),
            "written_at": DatetimeColumn("Written", format="D MMM, HH:mm"),
            "channel": TextColumn("Channel"),
            "fate": TextColumn("What became of it", width=280),
            "subject": TextColumn("Subject", width="large"),
            "attempts": NumberColumn("Tries", width="small"),
        },
        key="deliveries",
        alt="The last messages and what became of each",
    )


def _fate(row: Mapping[str, Any], selection: Selection) -> str:
    if row["sent_at"] is not None:
        return f"sent {at(row['sent_at'], selection.zone)}"
    if row["last_error"] is None:
        return "waits to be sent"
    is_held = row["channel"] is None and not str(row["last_error"]).startswith("not sent")
    return f"{row['last_error']}, until {at(row['next_try_at'], selection.zone)}" if is_held else row["last_error"]


def _local(column: str, selection: Selection) -> pl.Expr:
    on_the_clock = pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone(selection.zone.key)
    return on_the_clock.dt.replace_time_zone(None).alias(column)


def page() -> None:
    """The page: rules, routes and channels for who sees every team; deliveries for everybody's own."""
    selection = everything(who())
    open_page("Rules and channels", selection)
    watching = laid().sources.watching
    if watching is not None and selection.teams is None:
        # The rules take seconds to try, and the rest need not wait for them.
        first = st.container()
        channels(watching.channels(), watching, selection)
        routes(watching)
        deliveries(selection)
        with first:
            rules(watching, selection)
        return
    if selection.teams is not None:
        st.caption("Rules, routes and channels are all teams' together; a key that reads for all teams shows them.")
    deliveries(selection)


page()
