"""One row an incident: what the inbox shows, what it is narrowed by, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlencode

import polars as pl

from dashboards.incident_words import ANSWERS, OPEN, RESOLVED, Incident, at_stake, headline, kind, standing
from dashboards.words import lasting

STANDINGS = (OPEN, *ANSWERS.values(), RESOLVED)
SEVERITIES = ("page", "warn", "info")
NOBODY_KNOWS: Mapping[str, float] = MappingProxyType({})
MONEY = pl.Decimal(38, 12)


def incident_link(incident_id: str) -> str:
    """The address of an incident's page; relative, so that it holds behind whatever name the server is reached by."""
    return f"incidents?{urlencode({'id': incident_id})}"


def inbox(incidents: pl.DataFrame, now: datetime, chances: Mapping[str, float] = NOBODY_KNOWS) -> pl.DataFrame:
    """The rows of `incidents.sql` with `standing`, `what`, `sort`, `at_stake_usd`, `chance`, `lasted` and `link`.

    What waits for somebody comes first, then what somebody has answered, then what is over; each by its dollars,
    which count by the chance that it is real where people's answers taught one.
    """
    at = now.replace(tzinfo=None)
    told = [
        {
            "standing": standing(row, now),
            "what": headline(row),
            "sort": kind(row),
            "at_stake_usd": at_stake(row),
            "chance": chances.get(row["incident_id"]),
            "lasted": lasting((row["resolved_at"] or at) - row["opened_at"]),
            "link": incident_link(row["incident_id"]),
        }
        for row in incidents.iter_rows(named=True)
    ]
    texts = dict.fromkeys(("standing", "what", "sort", "lasted", "link"), pl.String)
    more = pl.DataFrame(told, schema={**texts, "at_stake_usd": MONEY, "chance": pl.Float64}, orient="row")
    rows = pl.concat([incidents, more], how="horizontal")
    place = {name: number for number, name in enumerate(STANDINGS)}
    waiting = pl.col("standing").replace_strict(place, return_dtype=pl.Int64).alias("waiting")
    worst = pl.col("severity").replace_strict(
        {name: number for number, name in enumerate(SEVERITIES)}, default=len(SEVERITIES), return_dtype=pl.Int64
    )
    likely = (pl.col("at_stake_usd").cast(pl.Float64) * pl.col("chance").fill_null(1.0)).alias("likely")
    order = [waiting, likely, worst, "opened_at", "incident_id"]
    return rows.sort(order, descending=[False, True, False, True, False])


def by_parent(rows: pl.DataFrame) -> list[tuple[Incident, list[Incident]]]:
    """The rows in their order, each with those it explains; what its parent waits less for stands by itself."""
    every = {row["incident_id"]: row for row in rows.iter_rows(named=True)}
    place = {name: number for number, name in enumerate(STANDINGS)}
    groups: dict[str, list[Incident]] = {name: [] for name in every}
    for name, row in every.items():
        parent = every.get(row["parent_id"] or "")
        if parent is not None and parent["parent_id"] is None and place[parent["standing"]] <= place[row["standing"]]:
            groups[parent["incident_id"]].append(row)
            del groups[name]
    return [(every[name], children) for name, children in groups.items()]


def narrowed(rows: pl.DataFrame, standings: Sequence[str], severities: Sequence[str]) -> pl.DataFrame:
    """Of the inbox the rows that stand so and are so severe; nothing picked is everything."""
    if standings:
        rows = rows.filter(pl.col("standing").is_in(list(standings)))
    return rows.filter(pl.col("severity").is_in(list(severities))) if severities else rows
