"""Try another value of a setting: what its condition would have told, and the lines that set it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.rule_rows import past
from dashboards.selection import Selection
from dashboards.sources import RuleLine, Watching
from dashboards.words import markdown


def another_value(lines: Sequence[RuleLine], watching: Watching, selection: Selection) -> None:
    """Ask for a setting and a value, and say what would have been told with it; nothing is changed by it."""
    owners = {place: (line, value) for line in lines for place, value in line.tries}
    if not owners:
        return
    with st.form("trial", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.selectbox("Try another value of", list(owners), key="trial-setting", width=300)
        told = st.text_input("Value", key="trial-value", max_chars=20, placeholder="a number", width=140)
        asked = st.form_submit_button("Try it", icon=":material/history:")
    if not (asked and place and told.strip()):
        return
    before, value = owners[place]
    try:
        with st.spinner("Asking about every hour of the last 30 days"):
            trial = watching.try_rule(setting=place, value=told.strip(), now=selection.now)
    except ValueError as error:
        st.error(markdown(f"{error}."), icon=":material/error:")
        return
    line = trial.line
    then = f"With {place} = {told.strip()}: {past(line)} in the last {line.days} days"
    st.markdown(markdown(f"{then}. As it is set now, {value}: {past(before)}."))
    st.caption(markdown(f"{line.title}."))
    for example in line.examples:
        st.caption(markdown(example))
    st.caption("To keep it, write this into outlay.toml, in the place of what it sets, and start the server again.")
    st.code(trial.toml, language="toml")
