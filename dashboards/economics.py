"""What became of tasks, and what is left of the price of one: two parts of the page of unit economics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, TextColumn

from dashboards.ask import ask
from dashboards.figures import rate_lines
from dashboards.named_rows import with_names
from dashboards.screen import draw, money, table
from dashboards.selection import Selection
from dashboards.words import at

WEEKLY = ("team", "workflow", "week")
AN_HOUR = 3600
SHARES = ("resolution_rate", "resolution_rate_low", "resolution_rate_high", "escalation_rate", "deflection_rate")


def show_outcomes(selection: Selection, names: Sequence[str], everyone: Sequence[str]) -> None:
    """How tasks ended, week by week and by workflow, how long that took, and what people thought of it."""
    rates = ask("outcome_rates", selection)
    if rates.is_empty():
        return
    st.subheader("What became of tasks", anchor=False)
    mature: datetime = rates["mature_through"].sort()[-1]
    st.caption(f"Outcomes count when they have stood long enough: mature through {at(mature, selection.zone)}.")
    weekly = with_names(ask("outcome_rates", selection, by=WEEKLY))
    # Of several kinds of outcome a workflow's line is the one that most tasks were attempted for.
    main = weekly.sort("attempted_tasks", descending=True).unique(["name", "week"], keep="first", maintain_order=True)
    draw(
        rate_lines(
            main, by="name", rate="resolution_rate", names=names, everyone=everyone, what="Resolution rate by week"
        ),
        key="resolution-rate",
    )
    seconds = ("seconds_to_resolution_p50", "seconds_to_resolution_p95")
    rows = with_names(rates).with_columns(
        (pl.col(name) / AN_HOUR).alias(name.replace("seconds", "hours")) for name in seconds
    )
    table(
        rows,
        {
            "name": TextColumn("Workflow", pinned=True, width="medium"),
            "outcome_kind": TextColumn("Per"),
            "resolution_rate": NumberColumn("Resolved", format="%.1f%%", help="Of those resolved, failed or escalated"),
            "resolution_rate_low": NumberColumn("at least", format="%.1f%%", help="95% Wilson interval"),
            "resolution_rate_high": NumberColumn("at most", format="%.1f%%", help="95% Wilson interval"),
            "escalation_rate": NumberColumn("Escalated", format="%.1f%%"),
            "deflection_rate": NumberColumn(
                "Deflected", format="%.1f%%", help="Resolved without a minute of anybody's time, of all decided"
            ),
            "hours_to_resolution_p50": NumberColumn("Hours, p50", format="%.2f", help="First span to the decision"),
            "hours_to_resolution_p95": NumberColumn("Hours, p95", format="%.2f"),
            "csat": NumberColumn("CSAT", format="%.2f", help="Mean of the answers, 1 to 5"),
            "csat_answers": NumberColumn("Answers", format="localized"),
            "decided_tasks": NumberColumn("Decided", format="localized"),
        },
        key="outcome-rates",
        alt="Resolution, escalation and deflection by workflow",
        in_percent=SHARES,
    )


def show_margins(selection: Selection) -> None:
    """What one serving leaves, and what that comes to at more volume; nothing where no workflow has a price."""
    margins = ask("gross_margin", selection)
    if margins.is_empty():
        return
    st.subheader("Gross margin per serving", anchor=False)
    st.caption("A serving is a task, at the workflow's price in outlay.toml; projected with the same mix.")
    rows = with_names(margins)
    table(
        rows,
        {
            "name": TextColumn("Workflow", pinned=True, width="medium"),
            "servings": NumberColumn("Servings", format="localized"),
            "cost_per_serving_usd": money("Each costs", rows["cost_per_serving_usd"]),
            "margin_per_serving_usd": money("Each leaves", rows["margin_per_serving_usd"]),
            "gross_margin": NumberColumn("Margin", format="%.1f%%", help="Of the price"),
            "margin_usd": money("All leave", rows["margin_usd"]),
            "margin_at_2x_usd": money("at 2×", rows["margin_at_2x_usd"]),
            "margin_at_5x_usd": money("at 5×", rows["margin_at_5x_usd"]),
            "margin_at_10x_usd": money("at 10×", rows["margin_at_10x_usd"]),
            "coverage": NumberColumn("Coverage", format="%.1f%%"),
        },
        key="gross-margin",
        alt="Gross margin per serving by workflow, and at two, five and ten times the volume",
        in_percent=("gross_margin", "coverage"),
    )
