"""The scope of every page: which days, compared with which, whose, and where. All of it lives in the URL."""

from __future__ import annotations

from datetime import UTC, date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards.ask import look_up
from dashboards.desk import laid
from dashboards.periods import Against, Preset, compared, days_of
from dashboards.reader import who
from dashboards.selection import Selection
from dashboards.view import Reader

ALL = "All"
# The dates a picker offers; spans of other years are in the ledger, and the API answers for them.
EARLIEST, LATEST = date(2020, 1, 1), date(2100, 12, 31)


def choose(place: DeltaGenerator, *, environment: bool = True, against: bool = True) -> Selection:
    """Draw the scope bar in `place` and give what it selects, within what the reader may see.

    `environment=False` leaves that filter out, for pages whose metrics do not know it; `against=False` leaves out what
    the days are compared with, for pages that compare nothing.
    """
    whole = everything(who())
    with place:
        preset = Preset(st.selectbox("Period", [*Preset], format_func=str, key="period", bind="query-params"))
        custom = _picked_days() if preset is Preset.CUSTOM else None
        days = days_of(preset, whole.today, custom)
        compared_with = _picked_against() if against else Against.NOTHING
        teams = _picked_teams(whole)
        place_of_use = _picked_environment(whole) if environment else None
    chosen = whole.on(days)
    return Selection(
        days=days,
        before=compared(chosen.complete.days, compared_with),
        teams=teams,
        environment=place_of_use,
        now=whole.now,
        zone=whole.zone,
    )


def everything(reader: Reader) -> Selection:
    """This month so far, for all that the reader may see."""
    desk = laid()
    now = desk.clock().astimezone(UTC)
    today = now.astimezone(desk.view.zone).date()
    return Selection(days_of(Preset.THIS_MONTH, today), None, reader.teams, None, now, desk.view.zone)


def _picked_against() -> Against:
    return Against(st.selectbox("Compare with", [*Against], format_func=str, key="against", bind="query-params"))


def _picked_days() -> tuple[date, date] | None:
    first = st.date_input("From", None, EARLIEST, LATEST, key="from", bind="query-params", format="YYYY-MM-DD")
    last = st.date_input("To", None, EARLIEST, LATEST, key="to", bind="query-params", format="YYYY-MM-DD")
    if isinstance(first, date) and isinstance(last, date):
        return first, last
    st.caption("Pick the first and the last day; until then this is the running month.")
    return None


def _picked_teams(whole: Selection) -> tuple[str, ...] | None:
    known = look_up("teams", whole)["team"].to_list()
    chosen = st.multiselect(
        "Teams", sorted(known, key=str.casefold), key="team", bind="query-params", placeholder="All teams"
    )
    # What a browser sends is a wish: only teams that the reader may see are in `known`.
    return tuple(team for team in chosen if team in known) or whole.teams


def _picked_environment(whole: Selection) -> str | None:
    known = look_up("environments", whole)["environment"].to_list()
    if not known:
        return None
    chosen = st.selectbox("Environment", [ALL, *known], key="environment", bind="query-params")
    return chosen if chosen in known else None


def known_teams() -> list[str]:
    """Every team the reader may see, in the lasting order that gives each its colour; filters do not change it."""
    teams: list[str] = look_up("teams", everything(who()))["team"].to_list()
    return teams


def known_models() -> list[str]:
    """Every model the reader's teams use, in the lasting order that gives each its colour."""
    models: list[str] = look_up("models", everything(who()))["model"].to_list()
    return models
