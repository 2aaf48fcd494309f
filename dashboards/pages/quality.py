"""quality."""

import streamlit as st

from dashboards.filters import choose
from dashboards.heading import open_page

selection = choose(st.sidebar)
open_page("quality", selection)
