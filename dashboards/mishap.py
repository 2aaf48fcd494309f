"""Say that a page could not be drawn: under which name its log has the reason, and what still works."""

from __future__ import annotations

import secrets

import streamlit as st
import structlog

log = structlog.get_logger("dashboards")


def page_failed(error: Exception) -> bool:
    """Tell the log and the reader of a mistake of ours; True keeps Streamlit from telling it in its own words.

    The words 'encountered an error' stand on the screen, for who looks after the pages without eyes.
    """
    name = secrets.token_hex(4)
    log.error("page failed", id=name, error=f"{type(error).__name__}: {error}")
    st.error(
        f"This page encountered an error, which the server's log has under {name}. "
        "The other pages work; loading this one again may help.",
        title="This page could not be drawn",
        icon=":material/error:",
    )
    return True
