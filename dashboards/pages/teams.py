"""Teams and chargeback: who spent what of which budget, and what each month's statement says."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, ProgressColumn, TextColumn

from dashboards.ask import look_up, stated
from dashboards.chargeback import Owed
from dashboards.desk import laid
from dashboards.emptiness import nothing_here
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.periods import Preset, days_of
from dashboards.screen import exactly, money, table, tile
from dashboards.selection import Selection
from dashboards.sums import count, dollars
from dashboards.team_rows import team_rows
from dashboards.words import at, bold, markdown, named, on_days, percent
from warehouse import usd, usd_exact


def totals(rows: pl.DataFrame, selection: Selection) -> None:
    """What all of them spent, what nobody owns, and who is over budget."""
    total, nobody = dollars(rows), dollars(rows.filter(pl.col("team").is_null()))
    over = rows.filter(pl.col("used") > 1)
    with st.grid(3, min_column_width=180):
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
        "change": NumberColumn("Change", format="%+.0f%%"),
    }
    table(
        rows.with_columns(pl.col("team").fill_null("Unattributed")),
        {
            "team": TextColumn("Team", pinned=True, width="medium"),
            "cost_centre": TextColumn("Cost centre"),
            "cost_usd": money("Spent", rows["cost_usd"]),
            "share": NumberColumn("Share", format="%.1f%%"),
            **(compared if selection.compared else {}),
            "budget_usd": money(f"Budget, {selection.today:%b}", rows["budget_usd"]),
            "used": ProgressColumn(
                "Used",
                format="%.0f%%",
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


def chargeback(owing: Owed, selection: Selection) -> None:
    """A month's statement: what it is worth, who owes what, what was corrected, and its files."""
    when = at(owing.stated_at, selection.zone)
    if owing.final:
        st.badge("Final", icon=":material/lock:", color="green")
        st.caption(markdown(f"Closed on {when} by {owing.closed_by}; it does not change any more."))
    else:
        st.badge("Provisional", icon=":material/edit_note:", color="orange")
        st.caption(markdown(f"As of {when}. It changes with what arrives, until the month is closed."))
    with st.container(key="exact-statement"):
        st.markdown(f"{bold(usd_exact(owing.amount_usd))} {markdown(f'owed for {owing.month}')}")
    table(
        owing.rows.with_columns(pl.col("team").fill_null("Unattributed")),
        {
            "team": TextColumn("Team", pinned=True, width="medium"),
            "cost_centre": TextColumn("Cost centre"),
            "amount_usd": NumberColumn("Owes", format="$%,.2f"),
            "corrections_usd": NumberColumn(
                "Of it, corrections", format="$%,.2f", help="What earlier, closed months turned out to cost"
            ),
            "prior_usd": NumberColumn("Month before", format="$%,.2f"),
            "delta_usd": NumberColumn("Difference, $", format="%+,.2f"),
            "budget_usd": NumberColumn("Budget", format="$%,.2f"),
            "left_usd": NumberColumn("Left, $", format="%,.2f"),
        },
        key="statement",
        alt=f"What each team owes for {owing.month}",
    )
    files(owing, selection)
    if owing.over and not owing.final and selection.teams is None:
        st.caption("When it is agreed, whoever runs this server closes it:")
        st.code(f"outlay close {owing.month}", language="bash")
    proofs(owing)


def files(owing: Owed, selection: Selection) -> None:
    """The statement's files, each made when it is asked for."""
    source = laid().sources.statement_files
    found = source(month=owing.month, teams=selection.teams, now=selection.now) if source else ()
    with st.container(horizontal=True):
        for file in found:
            st.download_button(
                file.name,
                file.read,
                file.name,
                file.media_type,
                key=f"file-{file.name}",
                icon=":material/download:",
                on_click="ignore",
            )


def proofs(owing: Owed) -> None:
    """What the statement proves about itself."""
    if not owing.checks:
        return
    failed = [check for check in owing.checks if not check.passed]
    told = f"{len(failed)} of {len(owing.checks)} checks fail" if failed else f"All {len(owing.checks)} checks hold"
    with st.expander(told, expanded=bool(failed)):
        for check in owing.checks:
            verdict = ":green-badge[holds]" if check.passed else ":red-badge[fails]"
            st.markdown(f"{verdict} {markdown(f'{check.name}: {check.sentence}')}")
        books = ", ".join(owing.price_versions) or "no price book"
        st.caption(markdown(f"Prices from {books} · SHA-256 of the lines {owing.sha256}"))


selection = choose(st.sidebar)
open_page("Teams and chargeback", selection)
cells = look_up("cells", selection)
months = look_up("months", selection)["month"].to_list()
if not months:
    nothing_here(selection)
    st.stop()

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
    chargeback(stated(month, selection), selection)
except ValueError as none:
    st.info(markdown(str(none)))
