"""Why did it change: the bridge from the days compared with to these, in words, as a waterfall and by workflow."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, TextColumn

from dashboards.ask import look_up
from dashboards.changes import changed
from dashboards.emptiness import nothing_here
from dashboards.figures import Mark as DayMark
from dashboards.figures import daily_bars, waterfall
from dashboards.filters import ALL, choose, known_teams
from dashboards.heading import open_page
from dashboards.periods import Days
from dashboards.screen import draw, signed_money, table, tile
from dashboards.selection import Selection
from dashboards.trace_links import costliest
from dashboards.words import UNATTRIBUTED, bold, change, markdown, on_days
from warehouse import PART_TITLES, Bridge, Mark, in_words, phrase, signed, summed, usd, usd_exact, worth_saying

HELP = {
    "calls": "More or fewer calls",
    "mix": "Calls moved to other models",
    "tokens": "Longer or shorter calls",
    "cache": "More or less input read from the cache",
    "price": "Tokens cost more or less",
    "new": "Workflows that had no cost before",
    "retired": "Workflows that have none now",
}


def totals(selection: Selection, found: Bridge) -> None:
    """Both sides and what is between them."""
    days = selection.compared.days if selection.compared else selection.days
    with st.grid(3, min_column_width=170):
        tile(f"Spent on {on_days(days)}", usd(found.before_usd), exact=found.before_usd)
        tile(f"Spent on {on_days(selection.complete.days)}", usd(found.after_usd), exact=found.after_usd)
        moved = change(found.after_usd, found.before_usd) if found.before_usd != found.after_usd else 0
        tile("Change", signed(found.difference_usd), moved, exact=found.difference_usd)
    uncosted = found.uncosted_before + found.uncosted_after
    if uncosted:
        st.caption(f"{uncosted:,} calls have no known cost, and are in no part of this.")


def told(found: Bridge) -> None:
    """The change in sentences, the largest part first."""
    st.markdown(bold(in_words(found).partition(":")[0]))
    said = [f"{signed(found.parts[part])} from {phrase(found, part)}" for part in worth_saying(found)]
    st.markdown("\n".join(f"- {markdown(each)}" for each in said))


def steps(selection: Selection, found: Bridge) -> None:
    """The waterfall and its twin, the table."""
    before = on_days(selection.compared.days, year=False) if selection.compared else "before"
    after = on_days(selection.complete.days, year=False)
    moved = [(PART_TITLES[part], amount) for part, amount in found.parts.items() if amount]
    draw(waterfall(moved, start=(before, found.before_usd), end=(after, found.after_usd)), key="bridge")
    with st.container(key="exact-bridge"):
        whole = sum(found.parts.values(), Decimal(0))
        st.caption(markdown(f"The parts sum to {usd_exact(whole)}, every digit of the change."))


def by_workflow(found: Bridge) -> None:
    """Each workflow's change by part."""
    st.subheader("By workflow", anchor=False)
    rows = pl.DataFrame(
        [
            {
                "team": team or UNATTRIBUTED,
                "workflow": workflow or "no workflow",
                "moved_usd": sum(parts.values()),
                **parts,
            }
            for (team, workflow), leaves in found.owners.items()
            for parts in [summed(leaves)]
        ],
        schema={"team": pl.String, "workflow": pl.String}
        | dict.fromkeys(("moved_usd", *PART_TITLES), pl.Decimal(38, 12)),
    )
    columns = {part: signed_money(title, rows[part], help=HELP[part]) for part, title in PART_TITLES.items()}
    table(
        rows,
        {
            "workflow": TextColumn("Workflow", pinned=True, width="medium"),
            "team": TextColumn("Team"),
            "moved_usd": signed_money("Change", rows["moved_usd"]),
            **columns,
        },
        key="why-workflows",
        alt="Change of each workflow's cost by its parts",
    )


def time_line(selection: Selection, began: list[Mark]) -> None:
    """The days of both periods, with what began in them."""
    st.subheader("What began", anchor=False)
    if selection.compared is None:
        return
    first, until = selection.compared.days.first, selection.days.until
    daily = look_up("daily", selection.on(Days(min(first, selection.days.first), until)))
    points = [
        DayMark(mark.began_at.replace(tzinfo=UTC).astimezone(selection.zone).date(), mark.sentence) for mark in began
    ]
    draw(
        daily_bars(
            daily, by="team", everyone=known_teams(), marks=points, partial=selection.partial, marked="Began here"
        ),
        key="why-days",
    )
    if not began:
        st.caption("No prompt version, model, release or price began in these days.")
        return
    rows = pl.DataFrame(
        [{"began_at": mark.began_at, "team": mark.team or "—", "what": mark.sentence} for mark in began],
        schema={"began_at": pl.Datetime("us"), "team": pl.String, "what": pl.String},
    )
    table(
        rows,
        {
            "began_at": DatetimeColumn("When, UTC", format="YYYY-MM-DD HH:mm"),
            "what": TextColumn("What began", width="large"),
            "team": TextColumn("Team"),
        },
        key="why-began",
        alt="Prompt versions, models, releases and prices that began in these days",
    )


def page() -> None:
    """The page: the sentence, the waterfall, the workflows, the time line."""
    selection = choose(st.sidebar)
    open_page("Why did it change", selection)
    names = sorted({name for name in look_up("workflows", selection)["workflow"] if name}, key=str.casefold)
    picked = st.sidebar.selectbox("Workflow", [ALL, *names], key="workflow", bind="query-params")
    answer = changed(selection, picked if picked in names else None)
    if answer is None:
        st.info("There is nothing to compare with; choose it under Compare with in the sidebar.")
        return
    found, began = answer
    if not found.leaves:
        nothing_here(selection)
        return
    totals(selection, found)
    told(found)
    steps(selection, found)
    by_workflow(found)
    costliest()
    time_line(selection, began)


page()
