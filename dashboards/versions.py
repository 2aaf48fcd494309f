"""Ask how versions compare, and keep the answer for everyone who may have it."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import streamlit as st

from dashboards.ask import MOST_ANSWERS, OLDEST
from dashboards.desk import laid
from dashboards.selection import Selection
from dashboards.words import UNATTRIBUTED
from warehouse import MEASURES, Question, VersionChange, moved_text, value_text, version_changes

TEXTS = ("verdict", "workflow", "team", "prompt", "version", "before_it", "measure", "was", "now", "moved")
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(TEXTS, pl.String),
    "since": pl.Datetime("us"),
    "tasks": pl.Int64,
}


def changes(selection: Selection) -> list[VersionChange]:
    """Every prompt version and model of these days that something came before."""
    return _changes(laid().number, laid().lag().refreshed_at, selection.question())


def version_rows(found: list[VersionChange]) -> pl.DataFrame:
    """One row a version and measure, those that regressed on top of each version."""
    return pl.DataFrame(
        [
            {
                "verdict": "regressed" if each.opens else "surely moved" if each.moved.rose or each.moved.fell else "",
                "workflow": change.workflow or "no workflow",
                "team": change.team or UNATTRIBUTED,
                "prompt": change.name or ("model" if change.kind == "model" else ""),
                "version": change.after,
                "before_it": change.before,
                "measure": f"{MEASURES[each.measure]}{f': {each.of}' if each.of else ''}",
                "was": value_text(each, each.before),
                "now": value_text(each, each.after),
                "moved": moved_text(each),
                "since": change.since,
                "tasks": change.tasks_after,
            }
            for change in found
            for each in sorted(change.compared, key=lambda compared: not compared.opens)
        ],
        schema=SCHEMA,
    )


@st.cache_data(max_entries=MOST_ANSWERS, ttl=OLDEST, show_spinner=False)
def _changes(desk: int, refreshed_at: datetime | None, question: Question) -> list[VersionChange]:  # noqa: ARG001 - they are part of the key
    return version_changes(laid().warehouse, question)
