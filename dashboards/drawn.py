"""The pages as Streamlit serves them; whoever imports this loads Streamlit."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st
from streamlit import config
from streamlit import logger as streamlits

from dashboards.mishap import page_failed

SCRIPT = Path(__file__).parent / "pages" / "menu.py"


def pages() -> st.App:
    """Streamlit's application over the folder of pages."""
    streamlits.setup_formatter = _told_by_ours
    app = st.App(SCRIPT, on_script_error=page_failed)
    # Someone may have read Streamlit's settings before the App told it where ours lie.
    config.get_config_options(force_reparse=True)
    streamlits.update_formatter()
    return app


def _told_by_ours(logger: logging.Logger) -> None:
    """Streamlit gives its loggers, and uvicorn's, lines of a form of its own: whoever serves it has a log already."""
    logger.handlers.clear()
    logger.propagate = True
