"""Sign what is done on a page, do it, and say what came of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboards.ask import forget
from dashboards.sources import AnswerRefused
from dashboards.words import markdown

DONE = "done_on_a_page"
NAME = "signed"
NAME_LENGTH = 80


def signature() -> str:
    """Ask who acts, once for a page."""
    name: str = st.text_input("Your name", key=NAME, max_chars=NAME_LENGTH, autocomplete="name", width=260)
    return name


def said_so_far() -> None:
    """Say what was done a moment ago, once."""
    if done := st.session_state.pop(DONE, None):
        st.success(markdown(done), icon=":material/check_circle:")


def do(deed: Callable[[], str]) -> None:
    """Do it and draw the page anew, or say why it was refused."""
    try:
        done = deed()
    except AnswerRefused as refused:
        st.error(markdown(str(refused)), icon=":material/error:")
        return
    # What was asked of the warehouse before is no longer so.
    forget()
    st.session_state[DONE] = done
    st.rerun()
