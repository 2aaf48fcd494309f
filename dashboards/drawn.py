"""The pages as Streamlit serves them; whoever imports this loads Streamlit."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit import config

from dashboards.mishap import page_failed

SCRIPT = Path(__file__).parent / "pages" / "menu.py"


def pages() -> st.App:
    """Streamlit's application over the folder of pages."""
    app = st.App(SCRIPT, on_script_error=page_failed)
    # Someone may have read Streamlit's settings before the App told it where ours lie.
    config.get_config_options(force_reparse=True)
    return app
