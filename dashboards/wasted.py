"""Ask for waste, and keep the answer for everyone who may have it."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import streamlit as st

from dashboards.ask import MOST_ANSWERS, OLDEST
from dashboards.desk import laid
from dashboards.selection import Selection
from warehouse import Question, Waste, waste

Key = tuple[int, datetime | None, Question, str | None]


def wasted(selection: Selection) -> Waste:
    """What every rule found on these days."""
    return _wasted(_key(selection))


def calls_behind(rule: str, selection: Selection) -> pl.DataFrame:
    """The calls a rule found on these days, the dearest first."""
    return _wasted(_key(selection)).behind(rule)


def _key(selection: Selection) -> Key:
    return laid().number, laid().lag().refreshed_at, selection.question(), selection.environment


@st.cache_data(max_entries=MOST_ANSWERS, ttl=OLDEST, show_spinner=False)
def _wasted(key: Key) -> Waste:
    return waste(laid().warehouse, key[2], environment=key[3])
