"""Ask why a cost changed, and keep the answer for everyone who may have it."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboards.ask import MOST_ANSWERS, OLDEST
from dashboards.desk import laid
from dashboards.selection import Selection
from warehouse import Bridge, Mark, Period, Scope, bridge, marks


def changed(selection: Selection, workflow: str | None = None) -> tuple[Bridge, list[Mark]] | None:
    """The bridge from the days compared with to the complete ones, and what began; None when nothing is compared."""
    if selection.compared is None:
        return None
    before, after = (Period(*each.days.bounds(each.zone)) for each in (selection.compared, selection.complete))
    scope = Scope(selection.teams, workflow, environment=selection.environment)
    return _bridged(laid().number, laid().lag().refreshed_at, before, after, scope)


@st.cache_data(max_entries=MOST_ANSWERS, ttl=OLDEST, show_spinner=False)
def _bridged(
    desk: int,  # noqa: ARG001 - it is part of the key
    refreshed_at: datetime | None,  # noqa: ARG001 - it is part of the key
    before: Period,
    after: Period,
    scope: Scope,
) -> tuple[Bridge, list[Mark]]:
    found = bridge(laid().warehouse, before=before, after=after, scope=scope)
    return found, marks(laid().warehouse, found, scope)
