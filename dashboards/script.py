"""The script Streamlit runs on every click: who looks, which pages there are, and the one they are on."""

from pathlib import Path

import streamlit as st

from dashboards.desk import laid
from dashboards.page_list import PAGES
from dashboards.reader import leave, who

# A file of ours: an icon by name would be fetched from the internet.
MARK = Path(__file__).with_name("mark.svg")

st.set_page_config(page_title=f"{laid().view.company} · Outlay", page_icon=MARK, layout="wide")
who()
page = st.navigation([st.Page(**told) for told in PAGES], position="sidebar")
page.run()
with st.sidebar:
    st.caption(f"Outlay · days and months are cut in {laid().view.zone.key}")
    if laid().view.keys_required:
        st.button("Leave", on_click=leave, icon=":material/logout:", type="tertiary")
