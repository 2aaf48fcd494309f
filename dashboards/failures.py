"""Which provider fails how often, and what that costs: on the page of workflows and on that of models."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, TextColumn

from dashboards.screen import money, table


def show_failures(attempts: pl.DataFrame) -> None:
    """The metric `failure_rate_by_provider` as a table."""
    st.subheader("Failures by provider", anchor=False)
    table(
        attempts.with_columns(pl.col("provider").fill_null("unknown")),
        {
            "provider": TextColumn("Provider", pinned=True),
            "attempts": NumberColumn("Attempts", format="localized"),
            "failed": NumberColumn("Failed", format="localized"),
            "failure_rate": NumberColumn("Rate", format="%.2f%%"),
            "failure_rate_low": NumberColumn("at least", format="%.2f%%", help="95% Wilson interval"),
            "failure_rate_high": NumberColumn("at most", format="%.2f%%", help="95% Wilson interval"),
            "failed_cost_usd": money(
                "Cost of failures", attempts["failed_cost_usd"], help="A failed attempt that reported usage was billed"
            ),
        },
        key="failure-rate-by-provider",
        alt="Failure rate by provider",
        in_percent=("failure_rate", "failure_rate_low", "failure_rate_high"),
    )
