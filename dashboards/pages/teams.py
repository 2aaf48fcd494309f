"""Teams and chargeback: who spent what of which budget, and what each month's statement says."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, ProgressColumn, TextColumn

from dashboards.ask import look_up, stated
from dashboards.emptiness import nothing_here
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.periods import Preset, days_of
from dashboards.screen import exactly, money, table, tile
from dashboards.selection import Selection
from dashboards.statement_panel import show_statement
from dashboards.sums import count, dollars
from dashboards.team_rows import team_rows
from dashboards.words import UNATTRIBUTED, markdown, named, on_days, percent
from warehouse import usd


def totals(rows: pl.DataFrame, selection: Selection) -> None:
    """What all of them spent, what nobody owns, and who is over budget."""
    total, nobody = dollars(rows), dollars(rows.filter(pl.col("team").is_null()))
    over = rows.filter(pl.col("used") > 1)
    with st.grid(3, min_column_width=150):
        tile(f"Spent on {on_days(selection.days)}", usd(total), exact=total)
        if selection.teams is None:
            tile(
                "Unattributed",
                usd(nobody),
                described=f"{percent(float(nobody / total) if total else None, 1)} of it",
                exact=nobody,
            )
        tile(
            f"Over budget in {selection.today:%B}",
            f"{over.height}",
            described=", ".join(named(team) for team in over["team"][:2]) + (", …" if over.height > 2 else "")
            or "no team",
        )


def spend_table(rows: pl.DataFrame, selection: Selection) -> None:
    """One row a team; the row without a name is there so that the rows sum to the total."""
    compared = {
        "before_usd": money("Before", rows["before_usd"], help="The same teams on the days compared with"),
        "change": NumberColumn("Change, full days", format="%+.0f%%", help="Of the days that are over: without today"),
    }
    table(
        rows.with_columns(pl.col("team").fill_null(UNATTRIBUTED)),
        {
            "team": TextColumn("Team", pinned=True, width="medium"),
            "cost_centre": TextColumn("Cost centre"),
            "cost_usd": money("Spent", rows["cost_usd"]),
            "share": NumberColumn("Share", format="%.1f%%"),
            **(compared if selection.compared else {}),
            "budget_usd": money(f"Budget, {selection.today:%b}", rows["budget_usd"]),
            "used": ProgressColumn(
                "Used",
                format="%.1f%%",
                min_value=0,
                max_value=100 * max([1.0, *rows["used"].drop_nulls()]),
                help="Of this month's budget, so far",
            ),
            "coverage": NumberColumn(
                "Coverage", format="%.1f%%", help="The share of calls that are complete and priced"
            ),
        },
        key="teams-spend",
        alt="Spend, budget and coverage by team",
        in_percent=("share", "used", "coverage"),
    )


def page() -> None:
    """The page: spend against budgets, then a month's chargeback."""
    selection = choose(st.sidebar)
    open_page("Teams and chargeback", selection)
    cells = look_up("cells", selection)
    months = look_up("months", selection)["month"].to_list()
    if not months:
        nothing_here(selection)
        return

    month_so_far = look_up("cells", selection.on(days_of(Preset.THIS_MONTH, selection.today)))
    before = look_up("cells", selection.compared) if selection.compared else None
    fair = look_up("cells", selection.complete)
    rows = team_rows(cells, fair, before, look_up("teams", selection), month_so_far)
    totals(rows, selection)
    spend_table(rows, selection)
    exactly(dollars(cells), count(cells), key="exact-spend")

    st.subheader("Chargeback", anchor=False)
    month = st.selectbox("Month", months, index=min(1, len(months) - 1), key="month", bind="query-params", width=200)
    try:
        show_statement(stated(month, selection), selection)
    except ValueError as none:
        st.info(markdown(str(none)))


page()
