"""Prompt versions: each against the one before it, and each model against the one it took over from."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.column_config import DatetimeColumn, NumberColumn, TextColumn

from dashboards.ask import ask, look_up
from dashboards.emptiness import nothing_here
from dashboards.filters import choose
from dashboards.heading import open_page
from dashboards.screen import money, table, tile
from dashboards.selection import Selection
from dashboards.versions import changes, version_rows
from dashboards.words import at, bold, markdown, named
from warehouse import VersionChange, regression_sentence

MOST_SPELLED_OUT = 8


def totals(found: Sequence[VersionChange]) -> None:
    """How many versions began, and how many of them regressed."""
    prompts = [change for change in found if change.kind == "prompt"]
    worse = [change for change in found if change.regressed]
    with st.grid(3, min_column_width=170):
        tile("New prompt versions", f"{len(prompts):,}", described="that a version came before")
        tile("Model swaps", f"{len(found) - len(prompts):,}", described="of whole tasks")
        tile("Regressed", f"{len(worse):,}", described="cost per resolution, or pass rate", act=bool(worse))


def regressed(found: Sequence[VersionChange], selection: Selection) -> None:
    """Those that do worse, each with what says so."""
    worse = [change for change in found if change.regressed]
    if not worse:
        st.success(
            "No version does worse than the one before it, as far as the samples tell.", icon=":material/check_circle:"
        )
        return
    st.subheader("What regressed", anchor=False)
    for change in worse[:MOST_SPELLED_OUT]:
        with st.container(border=True, gap="xsmall"):
            what = f"{change.name} {change.after}" if change.name else change.after
            st.markdown(":red-badge[regressed] " + bold(f"{named(change.workflow, 'no workflow')}: {what}"))
            tasks = f"{change.tasks_after:,} tasks since {at(change.since, selection.zone)}"
            st.caption(markdown(f"{tasks}, against {change.tasks_before:,} tasks with {change.before}"))
            st.markdown("\n".join(f"- {markdown(regression_sentence(change, each))}" for each in change.regressed))


def compared(found: Sequence[VersionChange]) -> None:
    """Everything that was compared."""
    st.subheader("Every version against the one before", anchor=False)
    rows = version_rows(list(found))
    table(
        rows,
        {
            "workflow": TextColumn("Workflow", pinned=True),
            "version": TextColumn("Version"),
            "measure": TextColumn("Measure", width="medium"),
            "was": TextColumn("Was"),
            "now": TextColumn("Is"),
            "moved": TextColumn("Moved, with the 95% interval", width="medium"),
            "verdict": TextColumn("Verdict"),
            "before_it": TextColumn("Before it"),
            "tasks": NumberColumn("Tasks", format="localized"),
            "prompt": TextColumn("Prompt"),
            "since": DatetimeColumn("Since, UTC", format="YYYY-MM-DD HH:mm"),
            "team": TextColumn("Team"),
        },
        key="versions",
        alt="Each prompt version and model against the one before it",
    )


def spent(selection: Selection) -> None:
    """What each prompt version cost."""
    rows = ask("spend_by_prompt_version", selection)
    if rows.is_empty():
        return
    st.subheader("Spend by prompt version", anchor=False)
    table(
        rows,
        {
            "workflow": TextColumn("Workflow", pinned=True),
            "prompt_name": TextColumn("Prompt"),
            "prompt_version": TextColumn("Version"),
            "cost_usd": money("Cost", rows["cost_usd"]),
            "calls": NumberColumn("Calls", format="localized"),
            "cost_per_call_usd": money("Cost per call", rows["cost_per_call_usd"]),
            "first_at": DatetimeColumn("First, UTC", format="YYYY-MM-DD HH:mm"),
            "team": TextColumn("Team"),
        },
        key="prompt-spend",
        alt="Spend by prompt version",
    )


def page() -> None:
    """The page: what regressed, everything compared, what each version cost."""
    selection = choose(st.sidebar, environment=False)
    open_page("Prompt versions", selection)
    if look_up("cells", selection).is_empty():
        nothing_here(selection)
        return
    found = changes(selection)
    totals(found)
    if found:
        regressed(found, selection)
        compared(found)
    else:
        st.markdown(
            "No workflow changed its prompt version or its model in these days. A sender names a prompt's version:"
        )
        st.code('span.set_attribute("gen_ai.prompt.version", "v13")', language="python")
    spent(selection)


page()
