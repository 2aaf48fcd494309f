"""The form that sets a budget, or takes it away: of whom, which period, how much, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from dashboards.deeds import Deeds
from dashboards.filters import known_teams
from dashboards.reader import may_act
from dashboards.selection import Selection
from dashboards.signing import do, said_so_far, signature

COMPANY, TEAM = "company", "team"
KINDS = (COMPANY, TEAM, "workflow", "cost_centre", "user", "model")
PERIODS = ("monthly", "quarterly", "annual")
EVERYBODY = "Everybody"


def set_one(deeds: Deeds, selection: Selection) -> None:
    """Ask for all that a budget is, and set it."""
    said_so_far()
    with st.expander("Set a budget", icon=":material/edit:"):
        by = signature()
        with st.form("budget", border=False):
            kind, name, team, period, amount = _fields()
            if not st.form_submit_button("Set the budget", type="primary"):
                return
            of_team = None if kind in {COMPANY, TEAM} or team == EVERYBODY else team
            if amount is None:
                st.error("Say how much may be spent.", icon=":material/error:")
            elif not may_act(name if kind == TEAM else of_team):
                st.error("Your key sets no budget of that: name one of your own teams.", icon=":material/error:")
            else:
                scope = kind if kind == COMPANY else f"{kind}:{name}"
                usd, now = Decimal(str(amount)), selection.now
                do(lambda: deeds.budget(scope, team=of_team, period=period, amount_usd=usd, by=by, now=now))


def _fields() -> tuple[str, str, str | None, str, float | None]:
    """The kind of scope, its name, the team it is narrowed to, the period and the dollars."""
    teams = sorted(known_teams(), key=str.casefold)
    with st.grid(3, min_column_width=180):
        kind = st.selectbox("Of what", KINDS, format_func=_said, key="budget-kind")
        name = st.text_input("Its name", key="budget-name", max_chars=200, help="None for the company")
        owners = [*([EVERYBODY] if may_act(None) else []), *(team for team in teams if may_act(team))]
        team = st.selectbox("Spent by", owners, key="budget-team", help="Of a workflow, cost centre, user or model")
        period = st.selectbox("Period", PERIODS, key="budget-period")
        amount = st.number_input("US dollars, 0 takes it away", 0.0, None, None, key="budget-amount")
    return kind, _as_known(name.strip(), teams) if kind == TEAM else name.strip(), team, period, amount


def _as_known(name: str, teams: Sequence[str]) -> str:
    """A team as everybody writes it: budgets of another spelling would be nobody's."""
    return next((team for team in teams if team.casefold() == name.casefold()), name)


def _said(kind: str) -> str:
    return kind.replace("_", " ")
