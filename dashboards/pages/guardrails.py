"""Guardrails and quality: how often each guardrail steps in, what evaluations pass, and what goes wrong most."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, TextColumn

from dashboards.ask import MOST_ANSWERS, OLDEST, ask, look_up
from dashboards.desk import laid
from dashboards.emptiness import nothing_here
from dashboards.figures import bars
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.named_rows import with_names
from dashboards.screen import draw, money, table, tile
from dashboards.selection import Selection
from dashboards.sums import count
from dashboards.words import percent
from warehouse import Question, failure_modes, top_failure_modes, usd

MOST_SHOWN = 12


@st.cache_data(max_entries=MOST_ANSWERS, ttl=OLDEST, show_spinner=False)
def _modes(desk: int, refreshed_at: datetime | None, question: Question) -> pl.DataFrame:  # noqa: ARG001 - they are part of the key
    return failure_modes(laid().warehouse, question)


def totals(checks: pl.DataFrame, evaluations: pl.DataFrame, modes: pl.DataFrame) -> None:
    """Three shares, each a ratio of sums."""
    any_action = checks.filter(pl.col("action") == "any")
    evaluated, triggered = count(any_action, "evaluated"), count(any_action, "triggered")
    judged, passed = count(evaluations, "judged"), count(evaluations, "passed")
    with st.grid(3, min_column_width=170):
        rate = percent(triggered / evaluated if evaluated else None, 1)
        tile("Guardrails stepped in", rate, described=f"of {evaluated:,} checks")
        tile("Evaluations passed", percent(passed / judged if judged else None, 1), described=f"of {judged:,} judged")
        tile("Went wrong", f"{count(modes, 'events'):,}", described="times, in all modes")


def guardrails(checks: pl.DataFrame) -> None:
    """Each guardrail's rate with its interval."""
    rated = checks.filter((pl.col("action") == "any") & (pl.col("evaluated") > 0)).sort("trigger_rate", descending=True)
    st.subheader("Guardrails", anchor=False)
    if rated.is_empty():
        st.markdown("No guardrail told of a check in these days.")
        return
    _rates(rated.head(MOST_SHOWN), name="guardrail", rate="trigger_rate", hits="triggered", of="evaluated")
    table(
        checks,
        {
            "guardrail": TextColumn("Guardrail", pinned=True),
            "action": TextColumn("Action"),
            "triggered": NumberColumn("Triggered", format="localized"),
            "evaluated": NumberColumn("Evaluated", format="localized"),
            "trigger_rate": NumberColumn("Rate", format="%.2f%%"),
            "trigger_rate_low": NumberColumn("at least", format="%.2f%%", help="95% Wilson interval"),
            "trigger_rate_high": NumberColumn("at most", format="%.2f%%", help="95% Wilson interval"),
        },
        key="guardrail-rates",
        alt="How often each guardrail blocked, rewrote or flagged",
        in_percent=("trigger_rate", "trigger_rate_low", "trigger_rate_high"),
    )


def evaluated(evaluations: pl.DataFrame) -> None:
    """What each evaluation passes, by workflow and prompt version."""
    st.subheader("Evaluations", anchor=False)
    if evaluations.is_empty():
        st.markdown("No evaluation told of a result in these days.")
        return
    rows = with_names(evaluations)
    table(
        rows,
        {
            "name": TextColumn("Workflow", pinned=True, width="medium"),
            "evaluation": TextColumn("Evaluation"),
            "prompt_version": TextColumn("Prompt version"),
            "pass_rate": NumberColumn("Passed", format="%.1f%%"),
            "pass_rate_low": NumberColumn("at least", format="%.1f%%", help="95% Wilson interval"),
            "pass_rate_high": NumberColumn("at most", format="%.1f%%", help="95% Wilson interval"),
            "judged": NumberColumn("Judged", format="localized"),
            "mean_score": NumberColumn("Mean score", format="%.3f"),
        },
        key="evaluations",
        alt="Evaluation pass rates by workflow and prompt version",
        in_percent=("pass_rate", "pass_rate_low", "pass_rate_high"),
    )


def modes_table(modes: pl.DataFrame) -> None:
    """What goes wrong most, and where."""
    st.subheader("Top failure modes", anchor=False)
    if modes.is_empty():
        st.markdown("Nothing told of a failure in these days.")
        return
    top = top_failure_modes(modes)
    text = [f"{events:,} events · {usd(cost)}" for events, cost in top.select("events", "cost_usd").iter_rows()]
    draw(bars(top, name="mode", value="events", text=text, what="Failure modes"), key="modes")
    rows = with_names(modes)
    table(
        rows,
        {
            "mode": TextColumn("Mode", pinned=True),
            "name": TextColumn("Workflow", width="medium"),
            "events": NumberColumn("Events", format="localized"),
            "tasks": NumberColumn("Tasks", format="localized"),
            "cost_usd": money("Cost of these tasks", rows["cost_usd"], help="Of a spike its impact; not to be summed"),
        },
        key="failure-modes",
        alt="Failure modes by workflow",
    )
    st.caption("Which fact is which mode is told by rules; [[failure_modes]] of outlay.toml come first.")


def _rates(rows: pl.DataFrame, *, name: str, rate: str, hits: str, of: str) -> None:
    text = [
        f"{percent(share, 1)} ({percent(low, 1)} to {percent(high, 1)}): {some:,} of {many:,}"
        for share, low, high, some, many in rows.select(rate, f"{rate}_low", f"{rate}_high", hits, of).iter_rows()
    ]
    shares = rows.with_columns(pl.col(rate, f"{rate}_low", f"{rate}_high") * 100)
    picture = bars(shares, name=name, value=rate, text=text, what="Rates", interval=(f"{rate}_low", f"{rate}_high"))
    picture.figure.update_xaxes(ticksuffix="%")
    draw(picture, key=f"rates-{name}")


def page(selection: Selection) -> None:
    """The page: three shares, guardrails, evaluations, failure modes."""
    open_page("Guardrails and quality", selection)
    checks, evaluations = ask("guardrail_trigger_rate", selection), ask("evaluation_pass_rate", selection)
    modes = _modes(laid().number, laid().lag().refreshed_at, selection.question())
    if checks.is_empty() and evaluations.is_empty() and look_up("cells", selection).is_empty():
        nothing_here(selection)
        return
    totals(checks, evaluations, modes)
    guardrails(checks)
    evaluated(evaluations)
    modes_table(modes)


page(choose(st.sidebar, environment=False))
