"""What one may do about an incident: take it on, put it off, expect it, say what it was, take that back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import streamlit as st

from dashboards.deeds import Deeds
from dashboards.desk import laid
from dashboards.incident_story import OF_SPEND, Story
from dashboards.incident_words import ACKNOWLEDGED, RESOLVED, standing
from dashboards.reader import may_act
from dashboards.selection import Selection
from dashboards.signing import do, said_so_far, signature
from dashboards.words import markdown

SNOOZES = {"1 hour": 1, "4 hours": 4, "12 hours": 12, "1 day": 24, "3 days": 72, "1 week": 168}
EXPECTS = {"4 hours": 4, "1 day": 24, "3 days": 72, "1 week": 168, "1 month": 720, "3 months": 2160}


def actions(told: Story, selection: Selection) -> None:
    """The buttons, for who may act on this team's; and what was done a moment ago."""
    said_so_far()
    deeds = laid().sources.deeds
    if deeds is None or not may_act(told.incident["team"]):
        return
    by = signature()
    with st.container(horizontal=True, key="actions"):
        if standing(told.incident, selection.now) != RESOLVED:
            _acknowledge(deeds, told, by, selection)
            _snooze(deeds, told, by, selection)
            _expect(deeds, told, by, selection)
        if told.incident["kind"] in OF_SPEND:
            _say(deeds, told, by, selection)
        _undo(deeds, told, by, selection)


def _acknowledge(deeds: Deeds, told: Story, by: str, selection: Selection) -> None:
    mine = standing(told.incident, selection.now) == ACKNOWLEDGED
    if st.button("Acknowledge", key="acknowledge", icon=":material/check:", type="primary", disabled=mine):
        do(lambda: deeds.act(told.incident["incident_id"], "acknowledge", by=by, now=selection.now))


def _snooze(deeds: Deeds, told: Story, by: str, selection: Selection) -> None:
    with st.popover("Snooze", icon=":material/snooze:", key="snoozing"), st.form("snooze", border=False):
        hours = st.selectbox("For how long", list(SNOOZES), index=1, key="snooze-for")
        if st.form_submit_button("Snooze", type="primary"):
            until = selection.now + timedelta(hours=SNOOZES[hours or "4 hours"])
            do(lambda: deeds.act(told.incident["incident_id"], "snooze", by=by, now=selection.now, until=until))


def _expect(deeds: Deeds, told: Story, by: str, selection: Selection) -> None:
    with st.popover("Expected", icon=":material/event_available:", key="expecting"), st.form("expect", border=False):
        hours = st.selectbox("For how long", list(EXPECTS), index=1, key="expected-for")
        reason = st.text_input("Why", key="expected-why", max_chars=300, placeholder="backfill of October's tickets")
        most = st.number_input("At most, USD an hour", 0.0, None, None, key="expected-most", placeholder="whatever")
        if st.form_submit_button("Mark as expected", type="primary"):
            until = selection.now + timedelta(hours=EXPECTS[hours or "1 day"])
            amount = None if most is None else Decimal(str(most))
            do(
                lambda: deeds.act(
                    told.incident["incident_id"],
                    "expected",
                    by=by,
                    now=selection.now,
                    until=until,
                    reason=reason,
                    amount_usd=amount,
                )
            )


def _say(deeds: Deeds, told: Story, by: str, selection: Selection) -> None:
    words = deeds.words
    with st.popover("What was it?", icon=":material/feedback:", key="saying"), st.form("say", border=False):
        word = st.radio(
            "It was",
            list(words),
            format_func=lambda each: words[each][0],
            captions=[does for _, does in words.values()],
            key="word",
        )
        reason = st.text_input("Why", key="word-why", max_chars=300)
        if st.form_submit_button("Say so", type="primary"):
            do(lambda: deeds.act(told.incident["incident_id"], word, by=by, now=selection.now, reason=reason))


def _undo(deeds: Deeds, told: Story, by: str, selection: Selection) -> None:
    last = next((act for act in reversed(told.acts.to_dicts()) if act["undone_at"] is None), None)
    if last is None:
        return
    label = f"Take back: {str(last['action']).replace('_', ' ')} by {last['done_by']}"
    if st.button(markdown(label), key="undo", icon=":material/undo:"):
        do(lambda: deeds.undo(told.incident["incident_id"], by=by, now=selection.now))
