"""The hours around an incident: what they cost against what was expected."""

from __future__ import annotations

from datetime import datetime

import plotly.graph_objects as go
import polars as pl

from dashboards.figures.picture import Picture, dollar_axis, layout, pixels
from dashboards.sums import dollars
from dashboards.theme import ACT, REFERENCE, SERIES
from warehouse import usd


def hours_against_expected(
    hours: pl.DataFrame, since: datetime, until: datetime, partial: datetime | None = None
) -> Picture:
    """`actual_usd` per `hour_at` as bars, against `expected_usd` and the usual range up to `high_usd` where known.

    Instants are on the clock to be shown. The hours from `since` to `until` are the incident's own: they are drawn in
    the colour of what someone must act on. `partial` is the hour that is not over, drawn hatched.
    """
    figure = go.Figure()
    at = hours["hour_at"].to_list()
    if "high_usd" in hours.columns:
        figure.add_scatter(
            x=at,
            y=pixels(hours, "high_usd"),
            mode="lines",
            line={"color": REFERENCE, "dash": "dot", "width": 1, "shape": "hvh"},
            name="usual up to here",
            hoverinfo="skip",
        )
    if "expected_usd" in hours.columns:
        figure.add_scatter(
            x=at,
            y=pixels(hours, "expected_usd"),
            mode="lines",
            line={"color": REFERENCE, "dash": "dash", "width": 2, "shape": "hvh"},
            name="expected",
            customdata=["—" if amount is None else usd(amount) for amount in hours["expected_usd"]],
            hovertemplate="expected %{customdata}<extra></extra>",
        )
    own = [since <= hour < until for hour in at]
    for inside, name, colour in ((False, "spent", SERIES[0]), (True, "spent in the incident", ACT)):
        rows = hours.filter(pl.Series([mine is inside for mine in own], dtype=pl.Boolean))
        figure.add_bar(
            x=rows["hour_at"].to_list(),
            y=pixels(rows, "actual_usd"),
            name=name,
            marker={
                "color": colour,
                "pattern": {"shape": ["/" if hour == partial else "" for hour in rows["hour_at"]], "solidity": 0.4},
            },
            customdata=[usd(amount) for amount in rows["actual_usd"]],
            hovertemplate="spent %{customdata}<extra></extra>",
        )
    tall = [size for column in ("actual_usd", "high_usd") if column in hours.columns for size in pixels(hours, column)]
    figure.update_layout(layout(barmode="overlay", bargap=0.15, hovermode="x unified"))
    # The hours' labels have two lines.
    figure.update_layout(legend={"y": -0.24})
    figure.update_xaxes(tickformat="%H:%M\n%-d %b", showgrid=False)
    figure.update_yaxes(**dollar_axis(max(tall, default=0.0)))
    cost = dollars(hours.filter(pl.Series(own, dtype=pl.Boolean)), "actual_usd")
    return Picture(figure, f"Hourly spend around the incident; its {sum(own)} hours cost {usd(cost)}")
