"""Find the hours around an incident: what the detector expected, or at least what was spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl

from dashboards.ask import look_up
from dashboards.desk import laid
from dashboards.figures import Picture, hours_against_expected
from dashboards.incident_story import OF_SPEND, SPIKE
from dashboards.incident_words import Incident
from dashboards.selection import Selection

HOUR = timedelta(hours=1)
BEFORE, AFTER = 24 * HOUR, 6 * HOUR
# A chart of more hours than these is a block of ink; what a longer incident cost stands in its tiles.
MOST_HOURS = 24 * 14
MONEY = pl.Decimal(38, 12)
AMOUNTS = ("actual_usd", "expected_usd", "high_usd")
# Silence has no spend to draw, and a budget's hours are not out of line one by one.


def hours_around(incident: Incident, selection: Selection) -> Picture | None:
    """The chart of its hours, on the clock of the business zone; None where hours say nothing."""
    if incident["kind"] not in OF_SPEND:
        return None
    source = laid().sources.expected_hours
    hours = source(incident_id=incident["incident_id"]) if source else None
    if hours is None:
        hours = look_up(
            "hours_around",
            selection,
            from_hour=incident["opened_at"] - BEFORE,
            to_hour=min(incident["last_seen_at"] + AFTER, incident["opened_at"] + MOST_HOURS * HOUR),
            owner=incident["team"],
            workflow=incident["workflow"],
        )
    if hours.is_empty():
        return None
    amounts = [name for name in AMOUNTS if name in hours.columns]
    # What was expected comes as floats, and is written beside the bars as money.
    shown = hours.tail(MOST_HOURS).with_columns(_local(pl.col("hour_at"), selection), pl.col(amounts).cast(MONEY))
    this_hour = selection.now.replace(minute=0, second=0, microsecond=0, tzinfo=None)
    instants = pl.DataFrame({"at": [incident["opened_at"], incident["last_seen_at"], this_hour]})
    since, until, partial = instants.select(_local(pl.col("at"), selection))["at"].to_list()
    picture = hours_against_expected(shown, since, until, partial)
    # An hour of a drop is out of line below the band; the note is about those above it.
    return picture if incident["kind"] == SPIKE else replace(picture, note="")


def _local(instants: pl.Expr, selection: Selection) -> pl.Expr:
    on_the_clock = instants.dt.replace_time_zone("UTC").dt.convert_time_zone(selection.zone.key)
    return on_the_clock.dt.replace_time_zone(None)
