"""Rows of what was said ahead: planned events and silences, what runs before what comes before what is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from dashboards.incident_words import kind
from warehouse import usd

RUNS, COMES, OVER, ENDED = "runs", "comes", "over", "ended early"
PLACES = {RUNS: 0, COMES: 1, ENDED: 2, OVER: 2}
SORTS = {"planned": "Planned event", "silence": "Silence"}


def agenda_rows(entries: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """The rows of `questions/agenda.sql` with `state`, `sort`, `scope` and `holds`; what runs first."""
    at = now.replace(tzinfo=None)
    told = [
        {"state": state(row, at), "sort": SORTS.get(row["kind"], row["kind"]), "scope": scope(row), "holds": holds(row)}
        for row in entries.iter_rows(named=True)
    ]
    more = pl.DataFrame(told, schema=dict.fromkeys(("state", "sort", "scope", "holds"), pl.String), orient="row")
    rows = pl.concat([entries, more], how="horizontal")
    place = pl.col("state").replace_strict(PLACES, return_dtype=pl.Int64)
    return rows.sort(place, "starts_at", "entry_id")


def state(entry: Mapping[str, Any], at: datetime) -> str:
    """Whether an entry runs at an instant (naive UTC), is still to come, or is over."""
    if entry["ended_at"] is not None and entry["ended_at"] <= at:
        return ENDED if entry["ended_at"] < entry["ends_at"] else OVER
    if entry["ends_at"] <= at:
        return OVER
    return RUNS if entry["starts_at"] <= at else COMES


def scope(entry: Mapping[str, Any]) -> str:
    """'Support / chat', 'Support', 'Every team'."""
    return " / ".join(part for part in (entry["team"], entry["workflow"]) if part)


def holds(entry: Mapping[str, Any]) -> str:
    """What follows from it."""
    if entry["kind"] == "silence":
        about = kind({"kind": entry["about"]}).lower() if entry["about"] else "anything"
        return f"nothing is sent about {about}"
    most = entry["most_usd_an_hour"]
    return "whatever it costs" if most is None else f"up to {usd(most)} an hour"
