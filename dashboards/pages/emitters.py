"""Emitter health: whose numbers are in doubt, what that puts at risk, and what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import polars as pl
import streamlit as st
from streamlit.column_config import DatetimeColumn, NumberColumn, TextColumn

from dashboards.ask import ask
from dashboards.emitter_rows import (
    advice_list,
    at_risk,
    emitter_table,
    gap_table,
    gaps_of,
    headline,
    of_service,
    services,
)
from dashboards.emptiness import nothing_here
from dashboards.filters import ALL, choose
from dashboards.heading import open_page
from dashboards.screen import money, table, tile
from dashboards.words import markdown, percent
from warehouse import Emitter, examined, usd

MOST_SPELLED_OUT = 12


def totals(emitters: Sequence[Emitter]) -> None:
    """How many need someone, what they put at risk, how many calls told their usage."""
    waiting = [emitter for emitter in emitters if emitter.needs_someone]
    amounts = [emitter.at_risk_usd or Decimal(0) for emitter in emitters]
    guessed = any(emitter.is_estimate for emitter in emitters)
    calls, complete, again = (_sum(emitters, name) for name in ("calls", "complete_calls", "told_again"))
    with st.grid(4, min_column_width=150):
        tile("Need someone", f"{len(waiting)}", described=f"of {_emitters(len(emitters))}", act=bool(waiting))
        tile(
            "At risk",
            f"{'~' if guessed else ''}{usd(sum(amounts, Decimal(0)))}",
            described="may be wrong, or somebody else's",
            note="Calls without a cost count as many of the emitter's usual calls." if guessed else "",
        )
        tile("Calls with usage", percent(complete / calls if calls else None, 1), described=f"of {calls:,} calls")
        tile("Told more than once", f"{again:,}", described="folded into the call they tell of")


def to_mend(emitters: Sequence[Emitter]) -> None:
    """Those that need someone, the dearest first, each with what to do."""
    waiting = [emitter for emitter in emitters if emitter.needs_someone]
    if not waiting:
        st.success("Every emitter's numbers are whole; nothing needs anyone.", icon=":material/check_circle:")
        return
    st.subheader("What to mend", anchor=False)
    for emitter in waiting[:MOST_SPELLED_OUT]:
        with st.container(border=True, gap="xsmall"):
            risk = at_risk(emitter)
            st.markdown(f"{headline(emitter)}{f' :orange-badge[{markdown(risk)}]' if risk else ''}")
            st.markdown(advice_list(emitter))
    if len(waiting) > MOST_SPELLED_OUT:
        st.caption(
            f"The {MOST_SPELLED_OUT} dearest of {len(waiting)}; one service in the sidebar shows all of its own."
        )


def listed(emitters: Sequence[Emitter]) -> None:
    """Every emitter, the worst on top."""
    st.subheader("Every emitter", anchor=False)
    rows = emitter_table(emitters)
    table(
        rows,
        {
            "service": TextColumn("Service", pinned=True, width="medium"),
            "scope": TextColumn("Instrumentation", width="medium"),
            "version": TextColumn("Version"),
            "at_risk_usd": money("At risk", rows["at_risk_usd"]),
            "calls": NumberColumn("Calls", format="localized"),
            "with_usage": NumberColumn("With usage", format="%.1f%%"),
            "ambiguous_calls": NumberColumn(
                "Cache guessed", format="localized", help="Calls that do not say what input includes"
            ),
            "unpriced_calls": NumberColumn("No price", format="localized"),
            "unattributed_calls": NumberColumn("Nobody's", format="localized"),
            "claimed_spans": NumberColumn(
                "Claims", format="localized", help="Spans that name a team their key may not speak for"
            ),
            "faults": NumberColumn("Refused", format="localized"),
            "told_again": NumberColumn(
                "Folded", format="localized", help="Spans that told of a call another span tells better"
            ),
            "cost_usd": money("Known cost", rows["cost_usd"]),
            "dialect": TextColumn("Dialect"),
            "signals": TextColumn("Signals"),
            "last_at": DatetimeColumn("Last heard, UTC", format="YYYY-MM-DD HH:mm"),
        },
        key="emitters",
        alt="Emitters, with what their numbers lack",
        in_percent=("with_usage",),
    )


def metered(gaps: pl.DataFrame) -> None:
    """What metrics counted beside the calls, the widest gap on top; nothing where no metrics came."""
    if gaps.is_empty():
        return
    st.subheader("Metrics beside calls", anchor=False)
    st.caption("One of the two signals makes money; the other says whether calls are missing.")
    table(
        gap_table(gaps),
        {
            "service": TextColumn("Service", pinned=True, width="medium"),
            "scope": TextColumn("Instrumentation", width="medium"),
            "metric": TextColumn("Metric"),
            "model": TextColumn("Model"),
            "token_class": TextColumn("Tokens"),
            "metric_tokens": NumberColumn("Metric says", format="localized"),
            "call_tokens": NumberColumn("Calls say", format="localized", help="Nothing where no call tells this class"),
            "gap_share": NumberColumn("Gap", format="%+.1f%%", help="Share of what the metric counted"),
        },
        key="metrics",
        alt="What metrics counted, beside what calls told",
        in_percent=("gap_share",),
    )


def page() -> None:
    """The page: what to mend, then everyone who was heard of."""
    selection = choose(st.sidebar, environment=False)
    open_page("Emitter health", selection)
    emitters = examined(ask("emitter_health", selection))
    if not emitters:
        nothing_here(selection)
        return
    service = st.sidebar.selectbox("Service", [ALL, *services(emitters)], key="service", bind="query-params")
    chosen = of_service(emitters, str(service)) or emitters
    totals(chosen)
    to_mend(chosen)
    listed(chosen)
    metered(gaps_of(ask("metric_gap", selection), services(chosen)))


def _emitters(count: int) -> str:
    return f"{count:,} emitter{'' if count == 1 else 's'}"


def _sum(emitters: Sequence[Emitter], name: str) -> int:
    return sum(int(emitter.facts[name]) for emitter in emitters)


page()
