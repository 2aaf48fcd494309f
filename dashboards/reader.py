"""Find out who is looking before anything is shown."""

from __future__ import annotations

import streamlit as st

from dashboards.desk import laid
from dashboards.view import ADMIN, EVERYONE, Reader

KEY = "read_key"


def known() -> Reader | None:
    """The reader of this session, or None while there is no key that may read.

    The key stays in the session and is asked about on every run of the page, so revoking it ends the reading at once.
    """
    desk = laid()
    if not desk.view.keys_required:
        return EVERYONE
    key = st.session_state.get(KEY)
    reader = desk.authorise(f"Bearer {key}") if key else None
    return reader if reader and reader.may_read else None


def who() -> Reader:
    """The reader of this session; asks for a key, and shows nothing else, while there is none that may read."""
    reader = known()
    if reader is None:
        _ask_for_key(refused=KEY in st.session_state)
        st.stop()
    return reader


def may_act(team: str | None) -> bool:
    """Whether this session may change something of a team's; None is nobody's, or everybody's.

    While keys are off whoever reaches this machine may; else it takes a key with the scope 'admin' that reads for the
    team.
    """
    if not laid().view.keys_required:
        return True
    reader = known()
    if reader is None or ADMIN not in reader.scopes:
        return False
    return reader.teams is None or (team is not None and team in reader.teams)


def leave() -> None:
    """Forget this session's key."""
    st.session_state.pop(KEY, None)


def _ask_for_key(*, refused: bool) -> None:
    with st.container(width=520):
        st.title(laid().view.company)
        with st.form("key", border=False):
            typed = st.text_input("Your read key", type="password", placeholder="outlay_…", autocomplete="off")
            entered = st.form_submit_button("Open", type="primary")
        if entered and typed:
            st.session_state[KEY] = typed.strip()
            st.rerun()
        if refused:
            st.error("This key does not open the pages: it is unknown, revoked, or may only send spans.")
        st.caption("Whoever runs this server makes one:")
        st.code("outlay keys create --team TEAM", language="bash")
