"""Budgets and forecast: what may be spent, what is, how fast, where it will end, and how good forecasts were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import polars as pl
import streamlit as st
from streamlit.column_config import DateColumn, LinkColumn, NumberColumn, ProgressColumn, TextColumn

from dashboards.ask import look_up
from dashboards.budget_form import set_one
from dashboards.budget_rows import budget_rows, name_of, worst_first
from dashboards.desk import laid
from dashboards.figures import budget_course
from dashboards.filters import everything
from dashboards.heading import open_page
from dashboards.named_rows import with_names
from dashboards.periods import Days
from dashboards.reader import may_act, who
from dashboards.screen import draw, exactly, money, table, tile
from dashboards.selection import Selection
from dashboards.sources import BudgetLine
from dashboards.sums import count, dollars, share
from dashboards.words import markdown, on_days, percent
from warehouse import usd

SET = "outlay budgets set team:NAME 2500.00"
IN_FILE = """[[budgets]]
scope = "workflow"        # company, team, workflow, cost_centre, user or model
name = "triage"
period = "monthly"        # or quarterly, annual
amount_usd = 500.00"""


def no_budgets() -> None:
    """What to type."""
    st.info(
        "A budget is watched from its first minute: at 50, 80, 100 and 120 % spent, and when it is heading over.",
        title="No budgets yet",
        icon=":material/savings:",
    )
    st.caption("Whoever runs this server sets one:")
    st.code(SET, language="bash")
    st.caption("Or in outlay.toml, which is read when the server starts:")
    st.code(IN_FILE, language="toml")


def facts(lines: Sequence[BudgetLine], selection: Selection) -> None:
    """How many there are, how many need somebody, and what all of the month will come to."""
    over = [line for line in lines if line.state == "over"]
    heading = [line for line in lines if line.state == "heading over"]
    with st.grid(4, min_column_width=150):
        tile("Budgets", f"{len(lines)}", described=periods(lines))
        tile("Over", f"{len(over)}", described=_named(over) or "none", act=bool(over))
        tile("Heading over", f"{len(heading)}", described=_named(heading) or "none")
        source = laid().sources.forecast
        forecast = source(teams=selection.teams, now=selection.now) if source else None
        if forecast:
            tile(
                f"Forecast for {selection.today:%B}",
                f"~{usd(forecast.likely_usd)}",
                described=f"{usd(forecast.low_usd)} to {usd(forecast.high_usd)}",
                note=forecast.because,
            )


def periods(lines: Sequence[BudgetLine]) -> str:
    """'10 monthly, 2 annual'."""
    counted = Counter(line.period for line in lines)
    return ", ".join(f"{count} {period}" for period, count in counted.most_common())


def budget_table(lines: Sequence[BudgetLine]) -> None:
    """One row a budget, those that need somebody first."""
    rows = budget_rows(lines)
    most = max([1.0, *rows["used"]])
    table(
        rows,
        {
            "title": TextColumn("Budget of", pinned=True, width="medium"),
            "course": LinkColumn("Course", display_text="Show", width="small", help="How it goes, and what it went on"),
            "state": TextColumn("State"),
            "spent_usd": money("Spent", rows["spent_usd"]),
            "budget_usd": money("Budget", rows["budget_usd"]),
            "used": ProgressColumn("Used", format="%.0f%%", min_value=0, max_value=100 * most, width="small"),
            "likely_usd": money("Likely end", rows["likely_usd"], help="P50; P10 and P90 stand beside it"),
            "gone_on": DateColumn("Gone on", format="D MMM", help="The day on which the last of it is spent"),
            "burn": NumberColumn("Burn", format="%.2f×", help="Used ÷ expected: above 1 it will not last"),
            "expected": NumberColumn(
                "Expected", format="%.0f%%", help="How much would be spent by now at the usual pace of the week"
            ),
            "low_usd": money("P10", rows["low_usd"]),
            "high_usd": money("P90", rows["high_usd"]),
            "window": TextColumn("Period"),
            "set_by": TextColumn("Set by"),
            "numbers": LinkColumn("Numbers", display_text="Open", help="The page with the same money"),
        },
        key="budgets",
        alt="Every budget with what is spent of it and where it is heading",
        in_percent=("used", "expected"),
    )


def course(lines: Sequence[BudgetLine], selection: Selection) -> None:
    """One budget's period as a picture, with the sentence that explains its forecast, and what it went on."""
    names = {name_of(line): line for line in lines}
    asked_for = st.query_params.get("budget")
    if asked_for is not None and asked_for not in names:
        st.info(markdown(f"No budget that you see is called {asked_for} now; its period may be over."))
    chosen = st.selectbox("Budget", list(names), key="budget", bind="query-params", width=420)
    line = names.get(chosen or "", lines[0])
    draw(budget_course(line), key="course")
    days = on_days(Days(line.first, line.last + timedelta(days=1)))
    burn = "" if line.burn is None else f" It burns at {line.burn:.2f} times the usual pace."
    gone = f" The money is gone on {line.gone_on:%-d %B}." if line.gone_on else ""
    st.caption(markdown(f"{days}: {percent(line.used)} is used, {percent(line.expected)} expected by now.{burn}{gone}"))
    st.caption(markdown(line.because))
    parts(line, selection)


def parts(line: BudgetLine, selection: Selection) -> None:
    """What was spent of it, by team, workflow and model: all of it."""
    kind, _, name = line.scope.partition(":")
    rows = look_up(
        "budget_user_parts" if kind == "user" else "budget_parts",
        selection.on(Days(line.first, line.last + timedelta(days=1))),
        of_kind=kind,
        of_name=name,
        of_team=None if kind == "team" else line.owner,
    )
    if rows.is_empty():
        return
    whole = dollars(rows)
    shares = [share(cost, whole) for cost in rows["cost_usd"]]
    st.subheader("What it went on", anchor=False)
    table(
        with_names(rows).with_columns(pl.Series("share", shares, dtype=pl.Float64)),
        {
            "name": TextColumn("Workflow", pinned=True, width="medium"),
            "model": TextColumn("Model", width="medium"),
            "cost_usd": money("Cost", rows["cost_usd"]),
            "share": ProgressColumn("Share", format="%.1f%%", min_value=0, max_value=100),
            "calls": NumberColumn("Calls", format="localized"),
        },
        key="budget-parts",
        alt="What was spent of the budget by workflow and model, dearest first",
        in_percent=("share",),
    )
    exactly(whole, count(rows), key="exact-budget")


def page() -> None:
    """The page: what needs somebody, every budget, and one of them as a picture."""
    reader = who()
    selection = everything(reader)
    open_page("Budgets and forecast", selection)
    deeds = laid().sources.deeds
    if deeds is not None and any(may_act(team) for team in (None, *(reader.teams or ()))):
        set_one(deeds, selection)
    source = laid().sources.budgets
    lines = worst_first(source(teams=selection.teams, now=selection.now)) if source else []
    if not lines:
        no_budgets()
        return
    facts(lines, selection)
    budget_table(lines)
    st.subheader("How one of them goes", anchor=False)
    course(lines, selection)


def _named(lines: Sequence[BudgetLine]) -> str:
    return ", ".join(line.title for line in lines[:2]) + (", …" if len(lines) > 2 else "")


page()
