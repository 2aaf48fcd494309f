"""Workflows and unit economics: what one task, one resolution and one check takes, and how often each fails."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, TextColumn

from dashboards.ask import ask, look_up
from dashboards.economics import show_margins, show_outcomes
from dashboards.emptiness import nothing_here
from dashboards.failures import show_failures
from dashboards.figures import bars, cost_lines, spread
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.named_rows import with_names
from dashboards.screen import draw, exactly, money, table, tile
from dashboards.selection import Selection
from dashboards.sums import count, dollars
from dashboards.theme import shown
from dashboards.trace_links import costliest
from dashboards.words import percent
from warehouse import tokens, usd

MOST_SHOWN = 12


def totals(tasks: pl.DataFrame, resolutions: pl.DataFrame, checks: pl.DataFrame, attempts: pl.DataFrame) -> None:
    """The four ratios the page is about, each a ratio of sums."""
    began = count(tasks, "tasks")
    with st.grid(4, min_column_width=150):
        mean = tokens(round(count(tasks, "tokens") / began)) if began else "—"
        tile("Tokens per task", mean, described=f"mean of {began:,} tasks")
        main = resolutions.filter(pl.col("outcome_kind") == "resolution")
        resolved, cost = count(main, "resolved_tasks"), dollars(main)
        tile(
            "Dollars per resolution",
            usd(cost / resolved) if resolved else "—",
            described=f"{resolved:,} resolved" if resolved else "no outcome has matured",
            exact=cost / resolved if resolved else None,
            note="All tasks of these workflows cost; only those resolved and not taken back for 24 hours count.",
        )
        any_action = checks.filter(pl.col("action") == "any")
        evaluated, triggered = count(any_action, "evaluated"), count(any_action, "triggered")
        tile(
            "Guardrail-trigger rate",
            percent(triggered / evaluated if evaluated else None, 1),
            described=f"of {evaluated:,} checks",
        )
        tried, failed = count(attempts, "attempts"), count(attempts, "failed")
        tile("Failed attempts", percent(failed / tried if tried else None, 1), described=f"of {tried:,}")


def per_task(tasks: pl.DataFrame, selection: Selection, names: Sequence[str], everyone: Sequence[str]) -> None:
    """Tokens and money a task, by workflow."""
    st.subheader("Tokens per task", anchor=False)
    busiest = tasks.head(MOST_SHOWN)
    text = [
        f"p50 {tokens(round(half))}, p95 {tokens(round(most))}"
        for half, most in busiest.select("tokens_p50", "tokens_p95").iter_rows()
    ]
    draw(
        spread(busiest, name="name", middle="tokens_p50", high="tokens_p95", text=text, what="Tokens per task"),
        key="per-task",
    )
    table(
        tasks,
        {
            "name": TextColumn("Workflow", pinned=True, width="medium"),
            "tasks": NumberColumn("Tasks", format="localized"),
            "tokens_p50": NumberColumn("Tokens p50", format="%,d"),
            "tokens_p95": NumberColumn("Tokens p95", format="%,d"),
            "tokens_per_task": NumberColumn("Tokens, mean", format="%,d"),
            "tokens_per_successful_task": NumberColumn(
                "Tokens per success", format="%,d", help="Tokens of all tasks ÷ resolved tasks"
            ),
            "top_1_percent_share": NumberColumn(
                "Top 1%", format="%.1f%%", help="The share of all tokens that the largest hundredth of the tasks took"
            ),
            "calls_per_task": NumberColumn("Calls per task", format="%.1f"),
            "cost_per_task_usd": money("Cost per task", tasks["cost_per_task_usd"]),
            "cost_usd": money("Cost", tasks["cost_usd"]),
            "coverage": NumberColumn("Coverage", format="%.1f%%"),
        },
        key="tokens-per-task",
        alt="Tokens and cost per task by workflow",
        in_percent=("coverage", "top_1_percent_share"),
    )
    exactly(dollars(tasks), count(tasks), key="exact-tasks")
    costliest()
    st.subheader("Cost per task, day by day", anchor=False)
    daily = with_names(look_up("daily_tasks", selection))
    if selection.partial:
        daily = daily.filter(pl.col("day") != selection.partial)
        st.caption("Today is left out: it is not over.")
    draw(
        cost_lines(daily, by="name", per="tasks", names=names, everyone=everyone, what="Cost per task"),
        key="cost-per-task",
    )


def per_resolution(resolutions: pl.DataFrame) -> None:
    """What one result costs, by workflow and kind of result."""
    st.subheader("Dollars per resolution", anchor=False)
    known = resolutions.filter(pl.col("resolved_tasks") > 0).sort("dollars_per_resolution", descending=True)
    if known.is_empty():
        st.markdown("No outcome has matured in these days. A sender tells one on any span of the task:")
        st.code(
            'span.set_attribute("outlay.outcome", "resolved")  # or failed, escalated, abandoned, refused',
            language="python",
        )
        return
    named = known.with_columns((pl.col("name") + pl.format(" ({})", "outcome_kind")).alias("name"))
    text = [
        f"{usd(each)} · {resolved:,} resolved ({percent(rate)})"
        for each, resolved, rate in known.select(
            "dollars_per_resolution", "resolved_tasks", "resolution_rate"
        ).iter_rows()
    ]
    draw(
        bars(
            named.head(MOST_SHOWN),
            name="name",
            value="dollars_per_resolution",
            text=text[:MOST_SHOWN],
            what="Dollars per resolution",
            money=True,
        ),
        key="per-resolution",
    )
    table(
        resolutions,
        {
            "name": TextColumn("Workflow", pinned=True, width="medium"),
            "outcome_kind": TextColumn("Per"),
            "dollars_per_resolution": money("Each costs", resolutions["dollars_per_resolution"]),
            "dollars_per_resolution_with_people": money(
                "With people",
                resolutions["dollars_per_resolution_with_people"],
                help="Their minutes at outlay.toml's cost",
            ),
            "cost_of_failure_share": NumberColumn(
                "Failure", format="%.1f%%", help="The share of the cost that went into tasks decided otherwise"
            ),
            "resolved_tasks": NumberColumn("Resolved", format="localized"),
            "resolution_rate": NumberColumn("Of decided", format="%.1f%%"),
            "unmatured_tasks": NumberColumn(
                "Too young", format="localized", help="Resolved less than 24 hours ago: may still be taken back"
            ),
            "undecided_tasks": NumberColumn("No outcome", format="localized"),
            "unresolved_cost_usd": money(
                "Cost of the rest",
                resolutions["unresolved_cost_usd"],
                help="What was spent on tasks that are not resolved",
            ),
            "coverage": NumberColumn("Coverage", format="%.1f%%"),
        },
        key="dollars-per-resolution",
        alt="Dollars per resolution by workflow",
        in_percent=("resolution_rate", "cost_of_failure_share", "coverage"),
    )


def guardrails(checks: pl.DataFrame) -> None:
    """How often each guardrail steps in."""
    st.subheader("Guardrails", anchor=False)
    if checks.is_empty():
        st.markdown("No guardrail told of a check in these days.")
        return
    rated = checks.filter((pl.col("action") == "any") & (pl.col("evaluated") > 0)).sort("trigger_rate", descending=True)
    text = [
        _rate(*row)
        for row in rated.select(
            "trigger_rate", "trigger_rate_low", "trigger_rate_high", "triggered", "evaluated"
        ).iter_rows()
    ]
    shares = rated.with_columns(pl.col("trigger_rate", "trigger_rate_low", "trigger_rate_high") * 100)
    picture = bars(
        shares,
        name="guardrail",
        value="trigger_rate",
        text=text,
        what="Guardrail-trigger rate",
        interval=("trigger_rate_low", "trigger_rate_high"),
    )
    picture.figure.update_xaxes(ticksuffix="%")
    draw(picture, key="guardrails")
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
        key="guardrail-trigger-rate",
        alt="How often each guardrail blocked, rewrote or flagged",
        in_percent=("trigger_rate", "trigger_rate_low", "trigger_rate_high"),
    )


def _rate(rate: float, low: float, high: float, hits: int, of: int) -> str:
    return f"{percent(rate, 1)} ({percent(low, 1)} to {percent(high, 1)}): {hits:,} of {of:,} checks"


def page() -> None:
    """The page, one ratio after the other."""
    selection = choose(st.sidebar, environment=False)
    open_page("Workflows and unit economics", selection)
    tasks = with_names(ask("tokens_per_task", selection))
    if tasks.is_empty():
        nothing_here(selection)
        return

    resolutions = with_names(ask("dollars_per_resolution", selection))
    checks = ask("guardrail_trigger_rate", selection)
    attempts = ask("failure_rate_by_provider", selection)
    totals(tasks, resolutions, checks, attempts)
    names = shown(list(tasks.select("name", pl.col("cost_usd").cast(pl.Float64)).iter_rows()))
    everyone = with_names(look_up("workflows", selection))["name"].to_list()
    per_task(tasks, selection, names, everyone)
    per_resolution(resolutions)
    show_outcomes(selection, names, everyone)
    show_margins(selection)
    guardrails(checks)
    show_failures(attempts)


page()
