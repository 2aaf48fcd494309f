"""Overview: what the days cost, where the month is heading, what moved, and what needs someone."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards.ask import look_up
from dashboards.budgets import Budget, a_day, budget
from dashboards.desk import laid
from dashboards.emptiness import nothing_here
from dashboards.figures import daily_bars
from dashboards.filters import choose, known_teams
from dashboards.heading import open_page
from dashboards.incident_words import excess, marks
from dashboards.movers import movers
from dashboards.periods import Preset, days_of
from dashboards.screen import draw, exactly, incident_card, tile
from dashboards.selection import Selection
from dashboards.sums import count, dollars
from dashboards.trace_links import costliest
from dashboards.words import bold, change, markdown, named, on_days, percent
from warehouse import Month, usd

MOST_LISTED = 3


def spent(selection: Selection, daily: pl.DataFrame) -> None:
    """The total of the days, against the days before."""
    total = dollars(daily)
    delta = described = None
    if selection.compared:
        now = dollars(daily.filter(pl.col("day") != selection.today))
        before = dollars(look_up("daily", selection.compared))
        delta = 0 if now == before else change(now, before)
        described = f"vs {on_days(selection.compared.days, year=False)}"
    fair = (
        f"The change is of {on_days(selection.complete.days)}, the days that are over."
        if selection.partial and delta
        else ""
    )
    tile(f"Spent on {on_days(selection.days)}", usd(total), delta, described, exact=total, note=fair)


def heading(selection: Selection) -> None:
    """What the running month will come to; left out where nobody can say."""
    source = laid().sources.forecast
    forecast = source(teams=selection.teams, now=selection.now) if source else None
    if forecast:
        tile(
            f"Forecast for {selection.today:%B}",
            f"~{usd(forecast.likely_usd)}",
            described=f"{usd(forecast.low_usd)} to {usd(forecast.high_usd)}",
            note=forecast.because,
        )


def budget_used(selection: Selection, used: Budget | None) -> None:
    """How much of the month's budget is gone, beside how much of the month is."""
    label = f"Budget used in {selection.today:%B}"
    if used is None:
        tile(label, "—", described="no team here has a budget; outlay.toml sets them")
        return
    over = used.spent_usd - used.monthly_usd
    gone = Month.of(selection.now, selection.zone).elapsed(selection.now, selection.zone)
    so_far = f"{percent(gone)} of the month is over."
    delta = f"{usd(over)} over" if over > 0 else None
    tile(label, percent(used.used), delta, f"of {usd(used.monthly_usd)}", exact=used.spent_usd, note=so_far, act=True)


def open_incidents(incidents: pl.DataFrame) -> None:
    """How many are open, and what they cost above what was expected."""
    still = incidents.filter(pl.col("state") == "open")
    impact = excess(still)
    tile(
        "Open incidents",
        f"{still.height}",
        described=f"{usd(impact)} above expected" if still.height else "nothing is out of line",
    )


def moved(selection: Selection) -> None:
    """The teams that moved the total, in sentences."""
    st.subheader("What moved", anchor=False)
    if not selection.compared or not selection.complete.days:
        st.caption("No full day to compare yet." if selection.before is None else "Nothing is compared.")
        return
    found = movers(look_up("cells", selection.complete), look_up("cells", selection.compared))
    st.caption(markdown(f"{on_days(selection.complete.days)}, compared with {on_days(selection.compared.days)}"))
    told = [f"- {bold(named(mover.name))}: {markdown(mover.sentence())}" for mover in found]
    st.markdown("\n".join(told) or "Nothing did: every team spent what it spent before.")


def listed(incidents: pl.DataFrame) -> None:
    """The incidents that weigh most."""
    st.subheader("Incidents", anchor=False)
    for incident in incidents.head(MOST_LISTED).iter_rows(named=True):
        incident_card(incident)
    if incidents.is_empty():
        st.markdown("None in these days.")
    elif incidents.height > MOST_LISTED:
        st.page_link("incidents.py", label=f"All {incidents.height}", icon=":material/notifications:")


def page() -> None:
    """The page, from the total down to what needs someone."""
    selection = choose(st.sidebar)
    open_page("Overview", selection)
    daily = look_up("daily", selection)
    if daily.is_empty():
        nothing_here(selection)
        return

    incidents = look_up("incidents", selection)
    month = selection.on(days_of(Preset.THIS_MONTH, selection.today))
    used = budget(look_up("teams", selection), look_up("cells", month))

    with st.grid(4, min_column_width=150):
        spent(selection, daily)
        heading(selection)
        budget_used(selection, used)
        open_incidents(incidents)

    st.subheader("Spend by day and team", anchor=False)
    draw(
        daily_bars(
            daily,
            by="team",
            everyone=known_teams(),
            budget_a_day=a_day(used, selection.days) if used else None,
            marks=marks(incidents, selection.zone),
            partial=selection.partial,
        ),
        key="daily",
    )
    exactly(dollars(daily), count(daily), key="exact-spend", partial=selection.partial is not None)
    costliest()

    left, right = st.columns([3, 2], gap="large")
    with left:
        moved(selection)
    with right:
        listed(incidents)


page()
